namespace MlCnn.Cli.BulkScoring;

/// <summary>Writes rows, one after the other.</summary>
internal interface IScoreWriter : IDisposable
{
    void Write(ScoreRow row);

    /// <summary>Hands all rows so far to the stream.</summary>
    void Flush();
}

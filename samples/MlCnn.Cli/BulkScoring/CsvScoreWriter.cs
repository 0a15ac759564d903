using System.Text;
using nietras.SeparatedValues;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Rows as comma-separated values, escaped as RFC 4180 has it. Probabilities have the digits that it takes to read the same number back.</summary>
internal sealed class CsvScoreWriter : IScoreWriter
{
    private readonly string[] _labels;
    private readonly string[] _probabilities;
    private readonly StreamWriter _text;
    private readonly SepWriter _writer;

    /// <param name="stream">Stays open.</param>
    /// <param name="top">How many classes of an image are written.</param>
    /// <param name="isContinued">Whether the stream holds the header already.</param>
    public CsvScoreWriter(Stream stream, int top, bool isContinued)
    {
        _labels = [.. Enumerable.Range(0, top).Select(ScoreColumnNames.Label)];
        _probabilities = [.. Enumerable.Range(0, top).Select(ScoreColumnNames.Probability)];
        _text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        _writer = Sep.New(',').Writer(options => options with { Escape = true, WriteHeader = !isContinued }).To(_text, leaveOpen: true);
        if (isContinued)
            return;
        var classes = _labels.Zip(_probabilities).SelectMany(pair => (string[])[pair.First, pair.Second]);
        _writer.Header.Add([ScoreColumnNames.Image, .. classes, ScoreColumnNames.Error]);
        _writer.Header.Write(); // also where no row follows
    }

    public void Write(ScoreRow row)
    {
        using var line = _writer.NewRow();
        line[ScoreColumnNames.Image].Set(row.Image);
        for (var rank = 0; rank < _labels.Length; rank++)
        {
            if (rank < row.Top.Count)
            {
                line[_labels[rank]].Set(row.Top[rank].Label);
                line[_probabilities[rank]].Format(row.Top[rank].Probability);
            }
            else
            {
                line[_labels[rank]].Set("");
                line[_probabilities[rank]].Set("");
            }
        }
        line[ScoreColumnNames.Error].Set(row.Error ?? "");
    }

    public void Flush()
    {
        _writer.Flush();
        _text.Flush();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _text.Dispose();
    }
}

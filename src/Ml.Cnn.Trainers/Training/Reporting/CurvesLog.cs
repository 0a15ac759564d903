using System.Diagnostics;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>The image of the curves, drawn anew after epochs and at the end.</summary>
/// <param name="path">The file.</param>
/// <param name="warn">Told where the image cannot have any text.</param>
internal sealed class CurvesLog(string path, Action<string> warn) : ITrainingObserver
{
    // Short epochs are not to wait for their image: one fiftieth of the time, at most.
    private const int Rarely = 50;

    private readonly List<CnnEpoch> _history = [];
    private readonly Stopwatch _sinceDrawing = new();
    private TimeSpan _drawing;
    private int _drawn;

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        _history.AddRange(history);
        if (!CurvesImage.HasFont)
            warn("The system has no fonts: the image of the curves is drawn without any text.");
    }

    public void Step(CnnStep step, PassTotals totals) { }

    public void Epoch(CnnEpoch epoch)
    {
        _history.Add(epoch);
        if (!_sinceDrawing.IsRunning || _sinceDrawing.Elapsed > _drawing * Rarely)
            Draw();
    }

    public void Dispose()
    {
        if (_history.Count > _drawn)
            Draw();
    }

    private void Draw()
    {
        var start = Stopwatch.GetTimestamp();
        AtomicFile.Write(path, stream => TrainingCurves.Save(_history, stream));
        (_drawing, _drawn) = (Stopwatch.GetElapsedTime(start), _history.Count);
        _sinceDrawing.Restart();
    }
}

using System.Text;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Progress;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>A line for every epoch, in the file as soon as the epoch is over. A resumed training's file is made from its history.</summary>
internal sealed class EpochLog(string path, LineFormat format) : ITrainingObserver
{
    private RecordFile _file = null!; // from Begin on

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps) =>
        _file = LineFiles.Start(path, history.Select(format.Line), format.Header(RecordColumns.OfEpoch));

    public void Step(CnnStep step, PassTotals totals) { }

    public void Epoch(CnnEpoch epoch)
    {
        _file.AddLine(format.Line(epoch));
        _file.Flush();
    }

    public void Dispose() => _file?.Dispose();
}

/// <summary>A line for every step. A resumed training keeps the lines of the steps before it; a step that is taken once more replaces its line.</summary>
internal sealed class StepLog(string path, LineFormat format) : ITrainingObserver
{
    private RecordFile _file = null!; // from Begin on

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps) =>
        _file = LineFiles.Start(path, steps > 0 && File.Exists(path) ? File.ReadLines(path).Where(line => format.FirstNumber(line) <= steps) : [],
            format.Header(RecordColumns.OfStep));

    public void Step(CnnStep step, PassTotals totals) => _file.AddLine(format.Line(step));

    public void Epoch(CnnEpoch epoch) => _file.Flush();

    public void Dispose() => _file?.Dispose();
}

/// <summary>A line for every class of the validation set behind every epoch. A resumed training keeps the lines of the epochs before it.</summary>
internal sealed class ClassLog(string path, LineFormat format, IReadOnlyList<string> classNames) : ITrainingObserver
{
    private static readonly RecordColumn<ClassLine>[] s_columns =
    [
        new("epoch", line => line.Epoch), new("class", line => line.Class), new("images", line => line.Images), new("right", line => line.Right),
        new("taken", line => line.Taken),
    ];

    private RecordFile _file = null!; // from Begin on

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps) =>
        _file = LineFiles.Start(path, history.Count > 0 && File.Exists(path) ? File.ReadLines(path).Where(line => format.FirstNumber(line) <= history.Count)
            : [], format.Header(s_columns));

    public void Step(CnnStep step, PassTotals totals) { }

    public void Details(EpochDetails details)
    {
        if (details.Confusion is not { } counts)
            return;
        for (var i = 0; i < classNames.Count; i++)
        {
            var (images, taken) = (0L, 0L);
            for (var j = 0; j < classNames.Count; j++)
                (images, taken) = (images + counts[i, j], taken + counts[j, i]);
            _file.AddLine(format.Line(new ClassLine(details.Epoch, classNames[i], images, counts[i, i], taken)));
        }
        _file.Flush();
    }

    public void Epoch(CnnEpoch epoch) { }

    public void Dispose() => _file?.Dispose();

    /// <summary>How a class's validation images were taken behind an epoch.</summary>
    /// <param name="Epoch">From 1.</param>
    /// <param name="Class">Its name.</param>
    /// <param name="Images">Of the class.</param>
    /// <param name="Right">Of them those that were taken for it.</param>
    /// <param name="Taken">Images of any class that were taken for it.</param>
    private sealed record ClassLine(int Epoch, string Class, long Images, long Right, long Taken);
}

/// <summary>Files of lines that end with a line feed on every system.</summary>
internal static class LineFiles
{
    private static readonly UTF8Encoding s_encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Replaces a file by a header and lines, and opens it to go on.</summary>
    public static RecordFile Start(string path, IEnumerable<string> lines, string? header)
    {
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, s_encoding) { NewLine = "\n" };
            foreach (var line in header is null ? lines : lines.Prepend(header))
                writer.WriteLine(line);
        });
        return new(path, FileMode.Append);
    }

    public static void AddLine(this RecordFile file, string line) => file.Add(s_encoding.GetBytes(line + "\n"));
}

using System.Text.Json;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>How a class's validation images were taken behind an epoch: a line of classes.jsonl.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Class">Its name.</param>
/// <param name="Images">Of the class.</param>
/// <param name="Right">Of them those that were taken for it.</param>
/// <param name="Taken">Images of any class that were taken for it.</param>
internal sealed record ClassLine(int Epoch, string Class, long Images, long Right, long Taken);

/// <summary>What the folder of a training's logs has beyond the model's history.</summary>
/// <param name="Classes">Epoch by epoch, the classes in their order; none where they were not logged.</param>
/// <param name="Batch">PNG files of the first batch, in its order: "…/03 daisy.png"; none where it was not kept.</param>
internal sealed record TrainingLogFiles(IReadOnlyList<ClassLine> Classes, IReadOnlyList<string> Batch)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    public static TrainingLogFiles Read(string folder)
    {
        var (classes, batch) = (Path.Join(folder, "classes.jsonl"), Path.Join(folder, "batch"));
        return new(
            File.Exists(classes) ? [.. File.ReadLines(classes).Select(Parse).OfType<ClassLine>()] : [],
            Directory.Exists(batch) ? [.. Directory.GetFiles(batch, "?? *.png").Order(StringComparer.Ordinal)] : []);
    }

    // A line that a kill cut off is none.
    private static ClassLine? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ClassLine>(line, s_options) is { Class: not null } whole ? whole : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text;
using System.Text.Json;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>What the metadata of this library's own exports say of a network. What makes no sense is as if it were not there.</summary>
/// <param name="ClassNames">The classes in the order of the output; null where the file does not say.</param>
/// <param name="Preprocessing">How images become the network's input; null where the file does not say.</param>
internal sealed record FileMetadata(IReadOnlyList<string>? ClassNames, ImagePreprocessing? Preprocessing)
{
    private const int MostClasses = 1 << 20;

    /// <param name="model">The file.</param>
    /// <param name="shape">Channels × height × width of the network's input.</param>
    /// <param name="classes">How many numbers the network gives.</param>
    public static FileMetadata Of(ModelProto model, int[] shape, int classes)
    {
        var texts = model.MetadataProps.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.First().Value);
        return new(texts.TryGetValue("class_names", out var names) ? Names(names, classes) : null,
            texts.TryGetValue("model.json", out var json) ? PreprocessingOf(json, shape) : null);
    }

    private static string[]? Names(string text, int classes)
    {
        try
        {
            var names = JsonSerializer.Deserialize<string[]>(text);
            return names is { Length: <= MostClasses } && names.Length == classes && names.All(name => name?.Length > 0) && names.Distinct().Count() == classes
                ? names : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImagePreprocessing? PreprocessingOf(string text, int[] shape)
    {
        try
        {
            var preprocessing = CnnModelJson.Parse(Encoding.UTF8.GetBytes(text)).Preprocessing;
            preprocessing.Validate();
            return shape.SequenceEqual([preprocessing.Channels, preprocessing.Height, preprocessing.Width])
                && preprocessing.Normalization.Deviation.All(deviation => deviation > 0) ? preprocessing : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}

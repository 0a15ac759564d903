namespace Ml.Cnn.Trainers.Weights;

/// <summary>The classes of ImageNet (ILSVRC 2012).</summary>
public static class ImageNetClasses
{
    private const string Resource = "Ml.Cnn.Trainers.ImageNetClasses.txt";

    private static readonly Lazy<IReadOnlyList<string>> s_names = new(Read);

    /// <summary>The 1000 names in the order of the scores, spelled as torchvision spells them: "tench", "goldfish", …, "toilet tissue".</summary>
    public static IReadOnlyList<string> Names => s_names.Value;

    private static string[] Read()
    {
        using var reader = new StreamReader(typeof(ImageNetClasses).Assembly.GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}

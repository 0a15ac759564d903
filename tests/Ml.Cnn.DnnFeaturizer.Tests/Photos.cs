using Microsoft.ML;

namespace Ml.Cnn.DnnFeaturizer.Tests;

/// <summary>Photos of ants and bees, in a folder with a subfolder for each; a test that needs them is skipped where they are missing.</summary>
internal static class Photos
{
    private const string Archive = "data/hymenoptera.tar";

    /// <summary>Writes some photos of each class.</summary>
    /// <param name="mlContext">Reads them.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="part">"train" or "val".</param>
    /// <param name="count">How many of each class.</param>
    /// <returns>Columns ImagePath and Label, and Image of encoded bytes.</returns>
    public static IDataView Take(MLContext mlContext, TemporaryFolder folder, string part, int count)
    {
        var written = new Dictionary<string, int>();
        foreach (var (name, bytes) in SharedData.Files(Archive))
        {
            if (name.Split('/') is not [_, var found, var label, var file] || found != part || !file.EndsWith(".jpg", StringComparison.Ordinal)
                || written.GetValueOrDefault(label) == count)
                continue;
            folder.Write(Path.Join(part, label, file), bytes);
            written[label] = written.GetValueOrDefault(label) + 1;
        }
        var files = mlContext.Data.LoadImageFolder(Path.Join(folder.Path, part));
        return mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(files).Transform(files);
    }

    /// <summary>Copies the package's files to a folder that can be deleted.</summary>
    public static void CopyPackage(TemporaryFolder folder)
    {
        const string Models = "DnnImageModels";
        foreach (var file in Directory.GetFiles(Path.Join(AppContext.BaseDirectory, Models), "*.onnx", SearchOption.AllDirectories))
            folder.Write(Path.GetRelativePath(AppContext.BaseDirectory, file), File.ReadAllBytes(file));
    }
}

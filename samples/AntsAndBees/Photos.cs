using Microsoft.ML;

namespace AntsAndBees;

/// <summary>Labeled photos, for training and apart from it: columns Image, Label and ImagePath.</summary>
/// <param name="Train">To learn from.</param>
/// <param name="Validation">To measure with.</param>
internal sealed record Photos(IDataView Train, IDataView Validation)
{
    private const double ValidationShare = 0.2; // where the folder has no such part

    /// <summary>
    /// Finds them in a folder, or in a folder of an archive ("photos.tar:flowers"): one subfolder for each class, or such folders in "train" and "val". Where
    /// nothing is apart, a fifth of each class is taken.
    /// </summary>
    /// <exception cref="IOException">There are none.</exception>
    public static Photos Find(MLContext mlContext, string data)
    {
        var colon = data.LastIndexOf(':');
        if (colon > 1 && File.Exists(data[..colon])) // behind a drive's letter
        {
            var (archive, folder) = (data[..colon], data[(colon + 1)..]);
            return new(mlContext.Data.LoadImageArchive(archive, $"{folder}/train"), mlContext.Data.LoadImageArchive(archive, $"{folder}/val"));
        }
        if (Directory.Exists(Path.Join(data, "train")) && Directory.Exists(Path.Join(data, "val")))
            return new(Read(Path.Join(data, "train")), Read(Path.Join(data, "val")));
        var split = mlContext.Data.TrainTestSplitByClass(Read(data), ValidationShare);
        return new(split.TrainSet, split.TestSet);

        IDataView Read(string folder)
        {
            var files = mlContext.Data.LoadImageFolder(folder);
            return mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(files).Transform(files);
        }
    }
}

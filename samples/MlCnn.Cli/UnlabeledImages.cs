using Microsoft.ML;

namespace MlCnn.Cli;

/// <summary>Images whose labels nobody reads.</summary>
internal static class UnlabeledImages
{
    /// <summary>All images of a data source; of a folder those in it and below, whatever it is divided by.</summary>
    /// <exception cref="CommandException">A folder is not there, holds no images, or cannot be opened.</exception>
    public static IDataView Load(MLContext mlContext, DataSource source)
    {
        if (source.Folder is not { } folder)
            return source.Load(mlContext, DataRole.Unlabeled);
        if (!Directory.Exists(folder))
            throw new CommandException($"There is no folder '{folder}'.");
        return mlContext.Data.LoadFromEnumerable(ImagePaths.Expand([folder]).Select(path => new ImageFile { ImagePath = path }).ToArray());
    }
}

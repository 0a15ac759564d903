using Ml.Cnn.Trainers.Persistence;

namespace Microsoft.ML;

/// <summary>Saving models, beside ML.NET's own methods on <c>mlContext.Model</c>.</summary>
public static class CnnModelCatalog
{
    /// <summary>
    /// Saves a model as <c>mlContext.Model.Save</c> does, but never leaves half a file: the model goes to a temporary file
    /// in the same folder, is flushed to the disk and checked, and then takes the place of the earlier one in a single step.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">The schema of the data that the model takes; null if it is not to be saved.</param>
    /// <param name="path">The file. Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The model cannot be written, for example because the disk is full. An earlier file is unchanged.</exception>
    /// <example>
    /// <code>
    /// mlContext.Model.SaveAtomically(model, train.Schema, "model.zip");
    /// ITransformer loaded = mlContext.Model.Load("model.zip", out DataViewSchema inputSchema);
    /// </code>
    /// </example>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicModelFile.Write(path, stream => catalog.Save(model, inputSchema, stream));
    }
}

using Microsoft.ML;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>What loads a classifier from a file: ML.NET a model.zip, and optional packages files of other endings.</summary>
internal static class ModelFileLoaders
{
    private const string OnnxEnding = ".onnx";

    private static readonly Lock s_lock = new();

    // Replaced whole, never changed.
    private static volatile (string Ending, Func<string, CnnClassifier> Load)[] s_registered = [];

    /// <summary>Adds a loader for the whole process. One of the same ending takes the earlier one's place.</summary>
    /// <param name="ending">The ending of its files, with the dot; case does not matter.</param>
    /// <param name="load">Makes a classifier of a path, or says what is wrong with the file as <see cref="CnnPredictor.Load"/> does.</param>
    public static void Register(string ending, Func<string, CnnClassifier> load)
    {
        lock (s_lock)
            s_registered = [.. s_registered.Where(other => !Matches(other.Ending, ending)), (ending, load)];
    }

    /// <summary>Takes back what was registered for an ending.</summary>
    public static void Unregister(string ending)
    {
        lock (s_lock)
            s_registered = [.. s_registered.Where(other => !Matches(other.Ending, ending))];
    }

    /// <summary>Loads a classifier, which the caller disposes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException">There is no network of this library in the file, or nobody reads files of its ending.</exception>
    /// <exception cref="FormatException">The file is damaged, or of a newer format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnClassifier Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach (var (ending, load) in s_registered)
        {
            if (Matches(Path.GetExtension(path), ending))
                return load(path);
        }
        if (Matches(Path.GetExtension(path), OnnxEnding))
        {
            throw new ArgumentException($"'{path}' is an ONNX file. Reference the package Ml.Cnn.Onnx and a package of ONNX Runtime, and call "
                + "OnnxModel.Register() when the program starts.", nameof(path));
        }
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete); // others may replace it
        var model = new MLContext().Model.Load(stream, out _);
        if (CnnClassifier.Find(model) is { } network)
            return network;
        (model as IDisposable)?.Dispose();
        throw new ArgumentException($"'{path}' is an ML.NET model without a convolutional network of this library.", nameof(path));
    }

    private static bool Matches(string ending, string other) => ending.Equals(other, StringComparison.OrdinalIgnoreCase);
}

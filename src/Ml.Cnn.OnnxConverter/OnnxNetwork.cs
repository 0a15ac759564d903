using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Import.Result;
using Ml.Cnn.Trainers.Architectures;
using ExternalException = System.Runtime.InteropServices.ExternalException;

namespace Ml.Cnn.OnnxConverter;

/// <summary>Networks of ONNX files, as networks of this library.</summary>
public static class OnnxNetwork
{
    /// <summary>
    /// Reads a convolutional classifier from an ONNX file (https://onnx.ai), of version 7 to 22 of the operators, as a network of the library's own layers. A
    /// trainer starts from the file's weights, freezes its stages, replaces its head for other classes and saves models that need the file no more;
    /// <c>mlContext.Model.ImportCnn</c> makes a model that scores at once.
    /// </summary>
    /// <remarks>
    /// The batch is free whatever the file says of it, a final softmax is taken off, and what the graph does with the images first (types, order of
    /// dimensions and
    /// channels, normalization) becomes the model's preprocessing. Layers are named by the file's weights or nodes. No code of a file is run, and none of its
    /// numbers is trusted: memory stays within a small multiple of the file's size.
    /// </remarks>
    /// <param name="path">The file. Weights in files of their own are found beside it, and nowhere else.</param>
    /// <param name="options">Name, image size, output and preprocessing. Default: as the file says.</param>
    /// <returns>The network, for <c>Trainers.Cnn</c> and <c>ImportCnn</c>; its properties say what was found.</returns>
    /// <exception cref="ArgumentException">The name is that of a built-in network, or an option is outside its range.</exception>
    /// <exception cref="OnnxFormatException">
    /// The file is damaged or hostile, or holds an operator that no layer of the library does; the message names the file and the node.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <example>
    /// <code>
    /// var trainer = mlContext.MulticlassClassification.Trainers.Cnn(OnnxNetwork.Load("resnet.onnx"), new CnnOptions { Freeze = Freezing.Backbone });
    /// CnnTransformer model = mlContext.Model.ImportCnn(OnnxNetwork.Load("resnet.onnx"), new() { FeatureColumnName = "Image" });
    /// </code>
    /// </example>
    public static Architecture Load(string path, OnnxImportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        if (options.Name is { } name && (string.IsNullOrWhiteSpace(name) || ArchitectureDeclaration.IsTaken(name)))
            throw new ArgumentException($"'{name}' is no name for a network, or that of a network of this library.", nameof(options));
        try
        {
            using var file = OnnxSource.Read(path, options.MaximumBytes);
            return ImportedNetwork.Of(file, Path.GetFileName(path), options);
        }
        // What libtorch or a layer refuses, the file asked for.
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or OverflowException or ExternalException)
        {
            throw new OnnxFormatException($"'{path}' cannot be read as a network: {e.Message.TrimEnd('.')}.", e is OnnxFormatException ? e.InnerException : e);
        }
    }
}

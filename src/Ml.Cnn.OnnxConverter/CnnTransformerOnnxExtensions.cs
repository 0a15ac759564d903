using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter;

/// <summary>Trained networks as ONNX files.</summary>
public static class CnnTransformerOnnxExtensions
{
    /// <summary>
    /// Writes the network as an ONNX file (https://onnx.ai), from its graph: all networks of the catalog, and networks of your own that are made of the
    /// library's layers. The file is run in ONNX Runtime and compared with the network before it is put in its place; class names and model.json are in its
    /// metadata ("class_names", "model.json").
    /// </summary>
    /// <param name="model">A trained network.</param>
    /// <param name="path">The file; one of that name is replaced once the new one is whole.</param>
    /// <param name="options">How. Default: for scoring, float32.</param>
    /// <returns>What was written, and how far it is from the network.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="OnnxExportException">A layer has no counterpart, or the file computes something else; the message says which or what.</exception>
    /// <exception cref="IOException">The file cannot be written. Whatever was there before still is.</exception>
    public static OnnxExportReport SaveAsOnnx(this CnnTransformer model, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        return OnnxExporter.Export(model, path, options);
    }
}

using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Quantization;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter;

/// <summary>Trained networks as ONNX files of 8-bit integers.</summary>
public static class CnnTransformerQuantizationExtensions
{
    /// <summary>
    /// Writes the network as an ONNX file that computes with 8-bit integers, which takes a quarter of the size and, on processors with instructions for it,
    /// half the time or less. Weights are rounded channel by channel; the ranges of values between layers come from images that the network in float32 is run
    /// on. Accuracy is measured on other images in ONNX Runtime, and where more of it is lost than allowed, there is no file.
    /// </summary>
    /// <remarks>
    /// Static quantization after training (Nagel et al. 2021, "A White Paper on Neural Network Quantization", section 3), with pairs of QuantizeLinear and
    /// DequantizeLinear: activations uint8 with a scale for each tensor, weights int8 with a scale for each output channel, biases int32. What runtimes have no
    /// integer kernels for stays in float32; the report names it. The file has the metadata of <see cref="CnnTransformerOnnxExtensions.SaveAsOnnx"/>.
    /// </remarks>
    /// <param name="model">A trained network.</param>
    /// <param name="path">The file; one of that name is replaced once the new one is whole.</param>
    /// <param name="calibration">Images like those that the network will see, with the columns that it was trained with: a few hundred.</param>
    /// <param name="evaluation">
    /// Labeled images to measure accuracy on, none of which should be among <paramref name="calibration"/>. Default: null, those of
    /// <paramref name="calibration"/> that no range was chosen from, half of them or more.
    /// </param>
    /// <param name="options">How. Default: at most half a point of accuracy may be lost.</param>
    /// <returns>Accuracy, size and speed before and after.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no images, or no labels to measure accuracy with, or a label is no class of the model.</exception>
    /// <exception cref="BadImageException">An image cannot be decoded, and <see cref="CnnClassifier.OnBadImage"/> says that this fails.</exception>
    /// <exception cref="OnnxExportException">More accuracy is lost than allowed, or the network cannot be written; the message says how much, or
    /// why.</exception>
    /// <exception cref="IOException">The file cannot be written. Whatever was there before still is.</exception>
    public static OnnxQuantizationReport SaveAsQuantizedOnnx(this CnnTransformer model, string path, IDataView calibration, IDataView? evaluation = null,
        OnnxQuantizationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(calibration);
        options ??= new();
        options.Validate();
        return OnnxQuantizer.Export(model, path, calibration, evaluation, options);
    }
}

using Microsoft.ML;
using Ml.Cnn.Onnx.Files;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Serving;

namespace Ml.Cnn.Onnx;

/// <summary>Trained networks from ONNX files, computed by ONNX Runtime: programs that only score need no libtorch.</summary>
/// <remarks>
/// The files are those of <c>SaveAsOnnx</c>, <c>SaveAsQuantizedOnnx</c> and <c>mlcnn export</c>, whose metadata hold all that is known of the model: its images
/// are decoded, resized and normalized as the trained pipeline does, and the columns and scores are its own. The native library comes with the package of ONNX
/// Runtime that the program refers to: Microsoft.ML.OnnxRuntime, Microsoft.ML.OnnxRuntime.Gpu or Microsoft.ML.OnnxRuntime.DirectML.
/// </remarks>
/// <example>
/// <code>
/// OnnxModel.Register();
/// using var predictor = CnnPredictor.Load("model.onnx");
/// Console.WriteLine(predictor.Predict("photo.jpg").Label);
/// </code>
/// </example>
public static class OnnxModel
{
    /// <summary>The ending of files that <see cref="Register"/> is for.</summary>
    private const string Ending = ".onnx";

    /// <summary>Loads a network.</summary>
    /// <param name="path">An ONNX file that this library wrote, with normalized numbers as its input (<c>OnnxInput.Tensor</c>, the default).</param>
    /// <param name="options">How it is computed. Default: see <see cref="OnnxScoringOptions"/>.</param>
    /// <param name="mlContext">Takes warnings, and says which GPU. Default: one of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    /// <exception cref="ArgumentException">The file's metadata do not say what the network's images and classes are: another program wrote it.</exception>
    /// <exception cref="FormatException">The file is damaged, or of a newer format.</exception>
    /// <exception cref="NotSupportedException">The network takes something else than normalized images; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">
    /// The program refers to no package of ONNX Runtime, or to none for the device; the message names the package.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnOnnxTransformer Load(string path, OnnxScoringOptions? options = null, MLContext? mlContext = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        return CnnOnnxTransformer.Of(mlContext ?? new MLContext(), OnnxContent.At(path), saved: null, options);
    }

    /// <summary>
    /// Has <see cref="CnnPredictor.Load"/> and <see cref="CnnPredictor.Reload(string)"/>, and so the predictors of Ml.Cnn.Extensions, read files ending in
    /// ".onnx", for the whole process. Call it when the program starts. A second call takes the place of the first.
    /// </summary>
    /// <param name="options">How the networks are computed. Default: see <see cref="OnnxScoringOptions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public static void Register(OnnxScoringOptions? options = null)
    {
        options ??= new();
        options.Validate();
        ModelFileLoaders.Register(Ending, path => Load(path, options));
    }
}

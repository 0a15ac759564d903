using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Onnx;
using Ml.Cnn.Onnx.Files;
using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter;

/// <summary>Trained networks and pipelines for programs without libtorch, which load their model.zip with the package Ml.Cnn.Onnx.</summary>
public static class OnnxServingExtensions
{
    /// <summary>
    /// The network as an ONNX file in memory, which ONNX Runtime computes and which goes into model.zip: with the same columns and, but for rounding, the same
    /// scores. It is compared with the network as every export is.
    /// </summary>
    /// <param name="model">A trained network.</param>
    /// <param name="options">How the file is written; its input is <see cref="OnnxInput.Tensor"/>. Default: for scoring, float32.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the input is another.</exception>
    /// <exception cref="OnnxExportException">A layer has no counterpart, or the file computes something else; the message says which or what.</exception>
    /// <exception cref="NotSupportedException">The model looks at whole images (<c>EvaluationCrops.Dense</c>), which a file does not take.</exception>
    /// <exception cref="IOException">The file of a moment cannot be written (<c>MLContext.TempFilePath</c>), or has more than 2 GB.</exception>
    public static CnnOnnxTransformer ToOnnx(this CnnTransformer model, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new();
        options.Validate();
        if (options.Input != OnnxInput.Tensor)
            throw new ArgumentOutOfRangeException(nameof(options), options.Input, "A network that this library serves takes OnnxInput.Tensor.");
        var environment = model.Scorer.Environment;
        var path = Path.Join(MlNetEnvironment.TemporaryFolder(environment), $"mlcnn-{Path.GetRandomFileName()}.onnx");
        try
        {
            OnnxExporter.Export(model, path, options);
            return CnnOnnxTransformer.Of(environment, OnnxContent.Of(OnnxContent.At(path).Read()), saved: null, new());
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".data");
        }
    }

    /// <summary>
    /// A pipeline with its trained network as an ONNX file: <c>mlContext.Model.Save</c> writes it to a model.zip that programs without libtorch load.
    /// </summary>
    /// <param name="pipeline">A model with one trained network in it, however deep; what comes before it and after it stays.</param>
    /// <exception cref="ArgumentException">There is no trained network in the model, or an ensemble of several.</exception>
    /// <inheritdoc cref="ToOnnx(CnnTransformer, OnnxExportOptions)"/>
    /// <param name="options">How the file is written; its input is <see cref="OnnxInput.Tensor"/>. Default: for scoring, float32.</param>
    public static ITransformer ToOnnx(this ITransformer pipeline, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var network = CnnClassifier.Find(pipeline) switch
        {
            CnnTransformer trained => trained,
            null => throw new ArgumentException("The model holds no trained network.", nameof(pipeline)),
            var other => throw new ArgumentException($"The model holds {other.Name}, which is no single trained network.", nameof(pipeline)),
        };
        return Replace(pipeline, network, network.ToOnnx(options));
    }

    private static ITransformer Replace(ITransformer part, CnnTransformer network, CnnOnnxTransformer by) => part switch
    {
        _ when part == network => by,
        IEnumerable<ITransformer> chain => new TransformerChain<ITransformer>([.. chain.Select(inner => Replace(inner, network, by))]),
        _ => part,
    };
}

using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Onnx;
using Ml.Cnn.Onnx.Engine;
using Ml.Cnn.Onnx.Files;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;

[assembly: LoadableClass(typeof(CnnOnnxTransformer), typeof(CnnOnnxTransformer), null, typeof(SignatureLoadModel), "Convolutional network in ONNX Runtime",
    OnnxModelArchive.LoaderName)]

namespace Ml.Cnn.Onnx;

/// <summary>
/// A trained network that ONNX Runtime computes, as an ML.NET transformer: adds the columns that <see cref="CnnTransformer"/> adds, and scores images as it
/// does. See <see cref="OnnxModel"/>.
/// </summary>
/// <inheritdoc cref="CnnClassifier" path="/remarks"/>
public sealed class CnnOnnxTransformer : CnnClassifier
{
    private CnnOnnxTransformer(ImageScorer scorer) : base(scorer) { }

    /// <inheritdoc/>
    public override string Name => Model.Architecture.Name;

    /// <summary>The network's input and output.</summary>
    public NetworkShape Shape => Model.Shape;

    /// <summary>How images become the network's input.</summary>
    public ImagePreprocessing Preprocessing => Model.Preprocessing;

    /// <summary>Where ONNX Runtime computes the network: "cpu", "cuda:0" or "dml:0".</summary>
    public string Device => Engine.Device;

    private CnnModel Model => Scorer.Model;

    private OnnxEngine Engine => (OnnxEngine)Scorer.Single.Claim.Engine;

    /// <summary>The network in a model, such as a loaded pipeline, however deep; null if there is none.</summary>
    /// <param name="model">Any model.</param>
    public static new CnnOnnxTransformer? Find(ITransformer model) => CnnClassifier.Find(model) as CnnOnnxTransformer;

    /// <inheritdoc/>
    public override CnnOnnxTransformer WithBadImages(BadImageHandling handling) => With(Model with { OnBadImage = handling });

    /// <summary>
    /// The same. An ONNX file says itself in which types it is computed, so that the options change nothing; asked for other precision than float32, it warns.
    /// Export the network with <c>OnnxPrecision.Float16</c> or 8-bit integers instead.
    /// </summary>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision has no name.</exception>
    public override CnnOnnxTransformer WithScoring(CnnScoringOptions options)
    {
        Check(options);
        return With(Model with { Scoring = options });
    }

    /// <inheritdoc/>
    public override CnnOnnxTransformer WithCalibration(CnnCalibration? calibration)
    {
        calibration?.Validate();
        return With(Model with { Calibration = calibration });
    }

    /// <inheritdoc/>
    public override CnnOnnxTransformer WithTestTimeAugmentation(TestTimeAugmentation augmentation)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        Check(augmentation, Scorer.Single);
        return With(Model with { Preprocessing = Preprocessing.WithTestTime(augmentation) });
    }

    /// <summary>A network of a file.</summary>
    /// <param name="environment">Takes warnings, and says which GPU.</param>
    /// <param name="content">The file.</param>
    /// <param name="saved">What is known of the model; null: what the file's metadata say.</param>
    /// <param name="options">How it is computed.</param>
    internal static CnnOnnxTransformer Of(IHostEnvironment environment, OnnxContent content, CnnModel? saved, OnnxScoringOptions options)
    {
        var session = OnnxSession.Open(environment, content, options);
        try
        {
            var model = saved ?? session.Metadata.Model;
            return new(ImageScorer.Of(environment, OnnxEngine.Of(session, model, options), model));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private protected override void Save(ModelSaveContext context) => OnnxModelArchive.Save(context, Scorer, Engine.Content);

    // Another holder of the same network.
    private CnnOnnxTransformer With(CnnModel otherwise) => new(Scorer.For(otherwise));

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    private static CnnOnnxTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var (model, content) = OnnxModelArchive.Read(environment, context);
        return Of(environment, content, model, new());
    }
}

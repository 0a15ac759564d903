using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Exchange;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

[assembly: LoadableClass(typeof(CnnTransformer), typeof(CnnTransformer), null, typeof(SignatureLoadModel), "Convolutional network",
    CnnModelArchive.LoaderName)]

namespace Ml.Cnn.Trainers;

/// <summary>A trained network as an ML.NET transformer: adds PredictedLabel and Score to any data with images.</summary>
/// <inheritdoc cref="CnnClassifier" path="/remarks"/>
public sealed class CnnTransformer : CnnClassifier
{
    internal CnnTransformer(ImageScorer scorer, IReadOnlyList<BadImage> badImages) : base(scorer) => BadImages = badImages;

    /// <inheritdoc/>
    public override string Name => Architecture.Name;

    /// <summary>The network.</summary>
    public Architecture Architecture => Model.Architecture;

    /// <summary>The network's input and output.</summary>
    public NetworkShape Shape => Model.Shape;

    /// <summary>How images become the network's input.</summary>
    public ImagePreprocessing Preprocessing => Model.Preprocessing;

    /// <summary>What each epoch of the training came to.</summary>
    public IReadOnlyList<CnnEpoch> History => Model.History;

    /// <summary>Why training ended.</summary>
    public StopReason StopReason => Model.StopReason;

    /// <summary>The images that training left out (<see cref="BadImageHandling.Skip"/>). Not saved with the model.</summary>
    public IReadOnlyList<BadImage> BadImages { get; }

    /// <summary>How the network was trained: precision, memory layout, threads. Null for imported weights and for older models.</summary>
    public CnnTrainingPlan? TrainingPlan => Model.Training?.TrainingPlan;

    /// <summary>Where the network runs: "cpu" or "cuda:0".</summary>
    public string Device => Scorer.Single.Claim.Engine.Device;

    /// <summary>How scores are computed.</summary>
    public CnnScoringOptions Scoring => Model.Scoring;

    private CnnModel Model => Scorer.Model;

    /// <inheritdoc/>
    public override CnnTransformer WithBadImages(BadImageHandling handling) => With(Model with { OnBadImage = handling });

    /// <inheritdoc/>
    public override CnnTransformer WithScoring(CnnScoringOptions options)
    {
        Check(options);
        return With(Model with { Scoring = options });
    }

    /// <inheritdoc/>
    public override CnnTransformer WithCalibration(CnnCalibration? calibration)
    {
        calibration?.Validate();
        return With(Model with { Calibration = calibration });
    }

    /// <summary>The network in a model, such as a loaded pipeline, however deep; null if there is none.</summary>
    /// <param name="model">Any model.</param>
    public static new CnnTransformer? Find(ITransformer model) => CnnClassifier.Find(model) as CnnTransformer;

    /// <inheritdoc/>
    public override CnnTransformer WithTestTimeAugmentation(TestTimeAugmentation augmentation) => WithTestTimeAugmentation(augmentation, resizeShortSide: null);

    /// <inheritdoc cref="WithTestTimeAugmentation(TestTimeAugmentation)"/>
    /// <param name="augmentation">The views.</param>
    /// <param name="resizeShortSide">
    /// The length in pixels that an image's short side is brought to before, at least the network's height and width. Default: as it is, if that leaves
    /// room for several parts; else 8/7 of the network's input, as 256 for 224 (He et al. 2015, section 3.4).
    /// </param>
    public CnnTransformer WithTestTimeAugmentation(TestTimeAugmentation augmentation, int? resizeShortSide)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        Check(augmentation, Scorer.Single);
        return With(Model with { Preprocessing = Preprocessing.WithTestTime(augmentation, resizeShortSide) });
    }

    /// <summary>
    /// The first layer whose output for an image of this method's own is NaN or infinite, which says that the weights are damaged or another
    /// network's: "bn1 (batch_norm2d), whose running_var holds NaN or infinite numbers". Takes as long as scoring an image.
    /// </summary>
    /// <returns>Null if the network's output is finite.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public string? FindNonFiniteLayer()
    {
        using var use = Scorer.Single.Claim.Use();
        return Scorer.Single.Claim.Engine.FindNonFiniteLayer(images: null);
    }

    /// <summary>
    /// Saves the network as a TorchScript file, which Python's <c>torch.jit.load</c> (PyTorch 1.13 and later) and TorchSharp's run without this library:
    /// batches of any number, scores of the classes. The file is run beside the network before it is handed over.
    /// </summary>
    /// <remarks>
    /// The file holds the network in evaluation mode, in PyTorch's own operations, with parameters and buffers under their names ("layer1.0.conv1.weight",
    /// torchvision's where torchvision has the network), and beside it the extra files <c>classes.json</c>, the classes in the order of the scores, and
    /// <c>model.json</c>, all else that is known of the model. Test-time augmentation stays behind: the file looks at an image once.
    /// </remarks>
    /// <param name="path">The file, such as "flowers.pt". Its folder must exist; an earlier file is replaced once the new one is whole.</param>
    /// <param name="options">What the file takes and gives. Default: from normalized images to logits.</param>
    /// <returns>The file's length, and how near its scores are to the network's.</returns>
    /// <exception cref="NotSupportedException">A layer of one's own cannot be written as TorchScript; the message names it.</exception>
    /// <exception cref="InvalidOperationException">
    /// The file's scores differ from the network's by more than 1e-4 (<see cref="CnnExportReport.LargestDifference"/>), or the network's are NaN or infinite.
    /// Nothing was saved.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written. An earlier file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public CnnExportReport SaveTorchScript(string path, TorchScriptExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var use = Scorer.Single.Claim.Use();
        return new TorchScriptFile(Scorer.Single, options ?? new()).Save(path);
    }

    /// <summary>
    /// Saves the network's weights by name, torchvision's where torchvision has the network: as .safetensors with model.json among its metadata, or as .pth for
    /// Python's <c>torch.load</c> and <c>load_state_dict</c>.
    /// </summary>
    /// <param name="path">The file. Its folder must exist; an earlier file is replaced once the new one is whole.</param>
    /// <param name="format">
    /// The format: <see cref="WeightsFormat.SafeTensors"/>, or <see cref="WeightsFormat.PyTorch"/> for a state dict. Default: as the file's ending says,
    /// ".safetensors" or ".pth".
    /// </param>
    /// <exception cref="ArgumentException">No format was given, and the ending is another.</exception>
    /// <exception cref="IOException">The file cannot be written. An earlier file is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveWeights(string path, WeightsFormat? format = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var use = Scorer.Single.Claim.Use();
        StateFile.Save(Scorer.Single, path, format);
    }

    private protected override void Save(ModelSaveContext context) => CnnModelArchive.Save(context, Scorer);

    // Another holder of the same network.
    private CnnTransformer With(CnnModel otherwise) => new(Scorer.For(otherwise), BadImages);

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    private static CnnTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(CnnModelArchive.Read(environment, context), []);
}

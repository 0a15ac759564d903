using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;

[assembly: LoadableClass(typeof(CnnTransformer), typeof(CnnTransformer), null, typeof(SignatureLoadModel), "Convolutional network",
    CnnModelArchive.LoaderName)]

namespace Ml.Cnn.Trainers;

/// <summary>A trained network as an ML.NET transformer: adds PredictedLabel and Score to any data with images.</summary>
/// <remarks>
/// Scores are computed in batches while the data is read. One transformer may be used by any number of threads, cursors and
/// prediction engines at once; all of them share its one copy of the weights, which <see cref="Dispose"/> frees.
/// </remarks>
public sealed class CnnTransformer : ITransformer, IDisposable
{
    private readonly ImageScorer _scorer;

    internal CnnTransformer(ImageScorer scorer, IReadOnlyList<BadImage> badImages)
    {
        _scorer = scorer;
        BadImages = badImages;
    }

    /// <summary>The network.</summary>
    public Architecture Architecture => _scorer.Model.Architecture;

    /// <summary>The network's input and output.</summary>
    public NetworkShape Shape => _scorer.Model.Shape;

    /// <summary>How images become the network's input.</summary>
    public ImagePreprocessing Preprocessing => _scorer.Model.Preprocessing;

    /// <summary>The classes in the order of the scores, as text.</summary>
    public IReadOnlyList<string> ClassNames => _scorer.Model.Classes.Names;

    /// <summary>What each epoch of the training came to.</summary>
    public IReadOnlyList<CnnEpoch> History => _scorer.Model.History;

    /// <summary>Why training ended.</summary>
    public StopReason StopReason => _scorer.Model.StopReason;

    /// <summary>The images that training left out (<see cref="BadImageHandling.Skip"/>). Not saved with the model.</summary>
    public IReadOnlyList<BadImage> BadImages { get; }

    /// <summary>The column of images that this transformer reads.</summary>
    public string FeatureColumnName => _scorer.Model.FeatureColumnName;

    /// <summary>The column of the class with the highest score, a key.</summary>
    public string PredictedLabelColumnName => _scorer.Model.PredictedLabelColumnName;

    /// <summary>The column of the probabilities.</summary>
    public string ScoreColumnName => _scorer.Model.ScoreColumnName;

    /// <summary>What an image that cannot be decoded does: an error that names it, or a missing label and scores that are not numbers.</summary>
    public BadImageHandling OnBadImage => _scorer.Model.OnBadImage;

    /// <summary>How the network was trained: precision, memory layout, threads. Null for imported weights and for older models.</summary>
    public CnnTrainingPlan? TrainingPlan => _scorer.Model.Training?.TrainingPlan;

    /// <summary>Where the network runs: "cpu" or "cuda:0".</summary>
    public string Device => _scorer.Plan.Device.ToString();

    /// <summary>How scores are computed.</summary>
    public CnnScoringOptions Scoring => _scorer.Model.Scoring;

    /// <summary>
    /// The copies of the network that computed scores so far: for this transformer and those that share its network. One is made when the first image
    /// is scored, another when the first batch is, and both serve all threads.
    /// </summary>
    public IReadOnlyList<CnnScoringCopy> ScoringCopies => _scorer.Claim.Copies.Descriptions;

    /// <summary>Always true: every row is scored on its own.</summary>
    public bool IsRowToRowMapper => true;

    internal ImageScorer Scorer => _scorer;

    /// <summary>The input's columns, then the predicted label and the scores.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type; the message says which are accepted.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new MappedSchema(inputSchema, _scorer).Output;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        var mapper = new ScoringRowMapper(inputSchema, _scorer);
        _scorer.Claim.AddOwner(); // a prediction engine disposes the transformer that it was made of
        return mapper;
    }

    /// <summary>
    /// Adds the predicted label and the scores. Lazy: rows are read, decoded and scored when the result is read. An image whose scores are NaN
    /// or infinite, as damaged weights give them, has no predicted label (a missing key); the first one is told of in a warning.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type; the message says which are accepted.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed; reading the result throws it too, where that is later.</exception>
    public IDataView Transform(IDataView input)
    {
        _ = _scorer.Network; // now rather than when the first row is read
        return new ScoringDataView(input, _scorer);
    }

    /// <summary>The same network, which shares its weights with this transformer, with another answer to images that cannot be decoded.</summary>
    /// <param name="handling">An error that names the image, or a missing label and scores that are not numbers.</param>
    public CnnTransformer WithBadImages(BadImageHandling handling) =>
        new(_scorer.For(_scorer.Model with { OnBadImage = handling }), BadImages);

    /// <summary>The same network, which shares its weights with this transformer, computing scores otherwise. Saved with the model.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision has no name.</exception>
    public CnnTransformer WithScoring(CnnScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Enum.IsDefined(options.Precision))
            throw new ArgumentOutOfRangeException(nameof(options), options.Precision, $"The precisions are: {string.Join(", ", Enum.GetNames<Precision>())}.");
        return new(_scorer.For(_scorer.Model with { Scoring = options }), BadImages);
    }

    /// <summary>
    /// Prepares what scores single images and batches, so that the first image of a user does not wait for it: up to a few seconds for a large network.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void WarmUp() => _scorer.WarmUp();

    /// <summary>The network in a model, such as a loaded pipeline, however deep; null if there is none.</summary>
    /// <param name="model">Any model.</param>
    public static CnnTransformer? Find(ITransformer model) => model switch
    {
        CnnTransformer network => network,
        IEnumerable<ITransformer> chain => chain.Select(Find).FirstOrDefault(network => network is not null),
        _ => null,
    };

    /// <summary>
    /// The same network, which shares its weights with this transformer, scoring other parts of an image: the middle, or the mean over
    /// five or ten parts, which is a little more accurate and takes five or ten times as long.
    /// </summary>
    /// <param name="crops">The parts.</param>
    /// <param name="resizeShortSide">
    /// The length in pixels that an image's short side is brought to before, at least the network's height and width. Default: as
    /// it is, if that leaves room for several parts; else 8/7 of the network's input, as 256 for 224 (He et al. 2015, section 3.4).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The short side is shorter than the network's input.</exception>
    public CnnTransformer WithCrops(EvaluationCrops crops, int? resizeShortSide = null)
    {
        var input = Preprocessing;
        var side = Math.Max(input.Height, input.Width);
        var hasRoom = input.ResizeShortSide > side || crops == EvaluationCrops.Center;
        var changed = input with
        {
            Crops = crops,
            ResizeShortSide = resizeShortSide ?? (hasRoom ? input.ResizeShortSide : (int)Math.Round(side * 8 / 7.0)),
        };
        changed.Validate();
        return new(_scorer.For(_scorer.Model with { Preprocessing = changed }), BadImages);
    }

    /// <summary>
    /// The first layer whose output for an image of this method's own is NaN or infinite, which says that the weights are damaged or another
    /// network's: "bn1 (batch_norm2d), whose running_var holds NaN or infinite numbers". Takes as long as scoring an image.
    /// </summary>
    /// <returns>Null if the network's output is finite.</returns>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public string? FindNonFiniteLayer()
    {
        using var use = _scorer.Claim.Use();
        return NonFiniteLayer.Find(_scorer.Network, Shape)?.ToString();
    }

    /// <summary>
    /// Frees the network's memory, on a GPU too, once everybody who shares the network has called this: this transformer, those that
    /// <see cref="WithCrops"/>, <see cref="WithBadImages"/> and <c>CnnFeatures</c> made of it, and the prediction engines, which call it
    /// themselves when they are disposed. A forward pass that is under way ends first. Without it, the memory is freed when the garbage
    /// collector finds nobody who refers to the network.
    /// </summary>
    /// <remarks>
    /// ML.NET's prediction engines dispose the model that they were made of. That ends the engine's share alone: the model goes on, and so do
    /// other engines. Disposing a pipeline (<c>TransformerChain</c>) disposes the networks in it. A second call by the same owner does nothing
    /// where no engine is open. After it, scoring and saving throw <see cref="ObjectDisposedException"/>; descriptions of the model stay.
    /// </remarks>
    public void Dispose() => _scorer.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx) => CnnModelArchive.Save(ctx, _scorer);

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    private static CnnTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(CnnModelArchive.Read(environment, context), []);
}

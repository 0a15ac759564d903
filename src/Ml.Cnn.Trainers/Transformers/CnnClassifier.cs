using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What tells the classes of images apart, as an ML.NET transformer: one network (<see cref="CnnTransformer"/>) or several (<see cref="CnnEnsemble"/>).
/// </summary>
/// <remarks>
/// Scores are computed in batches while the data is read. One classifier may be used by any number of threads, cursors and prediction engines at once; all
/// of them share its one copy of the weights, which <see cref="Dispose"/> frees.
/// </remarks>
public abstract class CnnClassifier : ITransformer, IDisposable
{
    private readonly ImageScorer _scorer;

    private protected CnnClassifier(ImageScorer scorer) => _scorer = scorer;

    /// <summary>The network's name, "resnet18", or the networks': "ensemble of resnet18, vgg16".</summary>
    public abstract string Name { get; }

    /// <summary>The classes in the order of the scores, as text.</summary>
    public IReadOnlyList<string> ClassNames => _scorer.Description.Classes.Names;

    /// <summary>The column of images that this transformer reads.</summary>
    public string FeatureColumnName => _scorer.FeatureColumnName;

    /// <summary>The column of the class with the highest score, a key.</summary>
    public string PredictedLabelColumnName => _scorer.Description.PredictedLabelColumnName;

    /// <summary>The column of the probabilities.</summary>
    public string ScoreColumnName => _scorer.Description.ScoreColumnName;

    /// <summary>
    /// The column of the classes that hold the right one with the probability <see cref="CnnCalibration.Coverage"/>, keys, the most probable first;
    /// null where there is none: see <see cref="FitCalibration"/>. Empty for an image that the networks know nothing like.
    /// </summary>
    public string? PredictedSetColumnName => Calibration?.SetThreshold is null ? null : ScoreDescription.SetColumnName;

    /// <summary>What an image that cannot be decoded does: an error that names it, or a missing label and scores that are not numbers.</summary>
    public BadImageHandling OnBadImage => _scorer.OnBadImage;

    /// <summary>What the probabilities are worth, if that was fitted: see <see cref="WithCalibration"/>. Null if not.</summary>
    public CnnCalibration? Calibration => _scorer.Description.Calibration;

    /// <summary>
    /// The copies of the networks that computed scores so far: for this transformer and those that share its networks. One is made when the first image
    /// is scored, another when the first batch is, and both serve all threads.
    /// </summary>
    public IReadOnlyList<CnnScoringCopy> ScoringCopies => [.. _scorer.Networks.SelectMany(network => network.Claim.Engine.Copies)];

    /// <summary>Views of an image that are computed for its scores, over all networks: what test-time augmentation and ensembles cost.</summary>
    public int Views => _scorer.Networks.Sum(network => network.Views);

    /// <summary>Always true: every row is scored on its own.</summary>
    public bool IsRowToRowMapper => true;

    internal ImageScorer Scorer => _scorer;

    /// <summary>The classifier in a model, such as a loaded pipeline, however deep; null if there is none.</summary>
    /// <param name="model">Any model.</param>
    public static CnnClassifier? Find(ITransformer model) => model switch
    {
        CnnClassifier classifier => classifier,
        IEnumerable<ITransformer> chain => chain.Select(Find).FirstOrDefault(classifier => classifier is not null),
        _ => null,
    };

    /// <summary>The input's columns, then the predicted label and the scores, and the predicted set where there is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or of another type; the message says which are accepted.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new MappedSchema(inputSchema, _scorer).Output;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        var mapper = new ScoringRowMapper(inputSchema, _scorer);
        _scorer.AddOwner(); // a prediction engine disposes the transformer that it was made of
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
        foreach (var network in _scorer.Networks)
            network.Claim.Check(); // now rather than when the first row is read
        return new ScoringDataView(input, _scorer);
    }

    /// <summary>
    /// Prepares what scores single images and batches, so that the first image of a user does not wait for it: up to a few seconds for a large network.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void WarmUp() => _scorer.WarmUp();

    /// <summary>
    /// Learns from labeled images what the probabilities are worth: a temperature that makes them as sure as they are right, and the threshold of prediction
    /// sets. Nothing changes until <see cref="WithCalibration"/> takes the result.
    /// </summary>
    /// <param name="data">Images that training has not seen, and that nothing else will be measured with: a few hundred or more.</param>
    /// <param name="labelColumnName">The column of their classes: keys with values, or text.</param>
    /// <param name="options">What is fitted. Default: a temperature.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A label is no class of the model, or no image can be used.</exception>
    /// <exception cref="BadImageException">An image cannot be decoded, and <see cref="OnBadImage"/> says that this fails.</exception>
    public CnnCalibration FitCalibration(IDataView data, string labelColumnName = "Label", CnnCalibrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        options ??= new();
        if (options.Coverage is { } wanted && !(wanted > 0 && wanted < 1))
            throw new ArgumentOutOfRangeException(nameof(options), wanted, $"{nameof(options.Coverage)} must be above 0 and below 1.");
        using var plain = WithCalibration(null);
        var before = LabeledScores.Read(plain.Transform(data), ScoreColumnName, labelColumnName, ClassNames);
        var temperature = options.Temperature ? TemperatureScaling.Fit(before) : 1;
        var after = temperature == 1 ? before : before.At(temperature);
        return new()
        {
            Temperature = temperature,
            Coverage = options.Coverage,
            SetThreshold = options.Coverage is { } coverage ? PredictionSets.Threshold(after, coverage) : null,
            Images = before.Count,
            ErrorBefore = before.CalibrationError(),
            ErrorAfter = after.CalibrationError(),
            LogLossBefore = before.LogLoss(),
            LogLossAfter = after.LogLoss(),
        };
    }

    /// <summary>The same networks, which share their weights with this transformer, with calibrated probabilities. Saved with the model.</summary>
    /// <param name="calibration">What <see cref="FitCalibration"/> gave; null: the networks' own probabilities.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public abstract CnnClassifier WithCalibration(CnnCalibration? calibration);

    /// <summary>The same networks, which share their weights with this transformer, with another answer to images that cannot be decoded.</summary>
    /// <param name="handling">An error that names the image, or a missing label and scores that are not numbers.</param>
    public abstract CnnClassifier WithBadImages(BadImageHandling handling);

    /// <summary>The same networks, which share their weights with this transformer, computing scores otherwise. Saved with the model.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentOutOfRangeException">The precision has no name.</exception>
    public abstract CnnClassifier WithScoring(CnnScoringOptions options);

    /// <summary>
    /// The same networks, which share their weights with this transformer, scoring several views of an image and averaging: a little more accurate, and as
    /// many times slower as there are views. Saved with the model.
    /// </summary>
    /// <param name="augmentation">The views.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    /// <exception cref="ArgumentException">Dense evaluation was asked for and the network cannot take images of any size; the message says why.</exception>
    public abstract CnnClassifier WithTestTimeAugmentation(TestTimeAugmentation augmentation);

    /// <summary>
    /// Frees the networks' memory, on a GPU too, once everybody who shares them has called this: this transformer, those that its methods
    /// and <c>CnnFeatures</c> made of it, and the prediction engines, which call it themselves when they are disposed. A forward pass that is under way
    /// ends first. Without it, the memory is freed when the garbage collector finds nobody who refers to the network.
    /// </summary>
    /// <remarks>
    /// ML.NET's prediction engines dispose the model that they were made of. That ends the engine's share alone: the model goes on, and so do
    /// other engines. Disposing a pipeline (<c>TransformerChain</c>) disposes the networks in it. A second call by the same owner does nothing
    /// where no engine is open. After it, scoring and saving throw <see cref="ObjectDisposedException"/>; descriptions of the model stay.
    /// </remarks>
    public void Dispose()
    {
        _scorer.Dispose();
        GC.SuppressFinalize(this);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    private protected abstract void Save(ModelSaveContext context);

    // A network that cannot be evaluated densely is refused now, not when the first image is scored.
    private protected static void Check(TestTimeAugmentation augmentation, NetworkComputation network)
    {
        if (augmentation.Crops != EvaluationCrops.Dense)
            return;
        try
        {
            using var use = network.Claim.Use();
            network.Claim.Engine.CheckDense();
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"{network.Model.Architecture.Name} cannot be evaluated densely: {e.Message}. Use crops.", nameof(augmentation), e);
        }
    }

    private protected static void Check(CnnScoringOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Enum.IsDefined(options.Precision))
            throw new ArgumentOutOfRangeException(nameof(options), options.Precision, $"The precisions are: {string.Join(", ", Enum.GetNames<Precision>())}.");
    }
}

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Transforms;

[assembly: LoadableClass(typeof(CnnEnsemble), typeof(CnnEnsemble), null, typeof(SignatureLoadModel), "Ensemble of convolutional networks",
    CnnEnsembleArchive.LoaderName)]

namespace Ml.Cnn.Trainers;

/// <summary>
/// Several networks whose scores are averaged: usually a little more accurate than the best of them, and as slow as all together (Krizhevsky et al. 2012,
/// section 7; Simonyan and Zisserman 2014, section 4.4). It is saved and loaded as one model.zip, and used as a single network is.
/// </summary>
/// <remarks>
/// Each network looks at images in its own way: size, normalization, test-time augmentation. A temperature that a network was calibrated with goes with it;
/// its prediction sets do not, since they are the ensemble's own matter.
/// </remarks>
/// <inheritdoc cref="CnnClassifier" path="/remarks"/>
public sealed class CnnEnsemble : CnnClassifier
{
    private CnnEnsemble(ImageScorer scorer) : base(scorer) { }

    /// <inheritdoc/>
    public override string Name => $"ensemble of {string.Join(", ", NetworkNames)}";

    /// <summary>The networks' names.</summary>
    public IReadOnlyList<string> NetworkNames => [.. Scorer.Networks.Select(network => network.Model.Architecture.Name)];

    /// <summary>What each network's scores weigh: 0 or more, 1 together.</summary>
    public IReadOnlyList<double> Weights => Mix.Weights;

    /// <summary>What is averaged.</summary>
    public ScoreAverage Average => Mix.Average;

    /// <summary>
    /// What the networks came to on the rows that each was not trained on: of the ensemble that <see cref="CnnFoldTrainer"/> returned. Not saved with the
    /// model.
    /// </summary>
    public CnnCrossValidation? CrossValidation { get; internal set; }

    private NetworkMix Mix => Scorer.Mix!;

    /// <summary>An ensemble of networks that tell the same classes apart, in whatever order. It shares their weights; they may be disposed.</summary>
    /// <param name="networks">The networks, two or more. Columns and the order of the classes are the first one's.</param>
    /// <param name="weights">
    /// What each weighs, 0 or more; only their proportions count. Default: all the same. See also <see cref="WithFittedWeights"/>.
    /// </param>
    /// <param name="average">What is averaged. Default: the probabilities.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two networks, other weights than networks, or networks with other classes; the message says which.
    /// </exception>
    public static CnnEnsemble Of(IReadOnlyList<CnnTransformer> networks, IReadOnlyList<double>? weights = null,
        ScoreAverage average = ScoreAverage.Probabilities)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count < 2)
            throw new ArgumentException($"An ensemble has two networks or more, not {networks.Count}.", nameof(networks));
        var scorers = networks.Select(network => network.Scorer).ToArray();
        return new(Mixed(scorers, scorers[0].Description with { Calibration = null }, weights ?? [.. networks.Select(_ => 1.0)], average));
    }

    /// <summary>
    /// The same networks with weights fitted on labeled images: those with the lowest log loss. They are worth it where networks differ much; with few
    /// images, equal weights are safer.
    /// </summary>
    /// <param name="data">Images that training has not seen, and that nothing else will be measured with.</param>
    /// <param name="labelColumnName">The column of their classes: keys with values, or text.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A label is no class of the model, or no image can be used.</exception>
    /// <exception cref="BadImageException">An image cannot be decoded, and <see cref="CnnClassifier.OnBadImage"/> says that this fails.</exception>
    public CnnEnsemble WithFittedWeights(IDataView data, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        return With(Mix with { Weights = EnsembleWeights.Fit([.. Alone().Select(Read)], Average) });

        LabeledScores Read(CnnEnsemble alone)
        {
            using (alone)
                return LabeledScores.Read(alone.Transform(data), ScoreColumnName, labelColumnName, ClassNames);
        }
    }

    /// <summary>
    /// The networks, each as a transformer of its own with the ensemble's columns, which shares its weights and is disposed apart. Their classes are in their
    /// own order.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The ensemble was disposed.</exception>
    public IReadOnlyList<CnnTransformer> Split() => [.. Scorer.Networks.Select(network => new CnnTransformer(Scorer.Alone(network), []))];

    /// <inheritdoc/>
    public override CnnEnsemble WithBadImages(BadImageHandling handling) => With(Scorer.Description with { OnBadImage = handling });

    /// <inheritdoc/>
    public override CnnEnsemble WithScoring(CnnScoringOptions options)
    {
        Check(options);
        return new(Scorer.For(Scorer.Description, model => model with { Scoring = options }));
    }

    /// <inheritdoc/>
    public override CnnEnsemble WithCalibration(CnnCalibration? calibration)
    {
        calibration?.Validate();
        return With(Scorer.Description with { Calibration = calibration });
    }

    /// <inheritdoc/>
    public override CnnEnsemble WithTestTimeAugmentation(TestTimeAugmentation augmentation)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        foreach (var network in Scorer.Networks)
            Check(augmentation, network);
        return new(Scorer.For(Scorer.Description, model => model with { Preprocessing = model.Preprocessing.WithTestTime(augmentation) }));
    }

    private protected override void Save(ModelSaveContext context)
    {
        var networks = Split();
        try
        {
            CnnEnsembleArchive.Save(context, Scorer, networks);
        }
        finally
        {
            foreach (var network in networks)
                network.Dispose();
        }
    }

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    private static CnnEnsemble Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(CnnEnsembleArchive.Read<CnnTransformer>(environment, context, network => network.Scorer, Mixed));

    private static ImageScorer Mixed(IReadOnlyList<ImageScorer> scorers, ScoreDescription description, IReadOnlyList<double> weights, ScoreAverage average)
    {
        if (!Enum.IsDefined(average))
            throw new ArgumentException($"The averages are: {string.Join(", ", Enum.GetNames<ScoreAverage>())}.", nameof(average));
        if (weights.Count != scorers.Count)
            throw new ArgumentException($"{scorers.Count} networks have {scorers.Count} weights, not {weights.Count}.", nameof(weights));
        var sum = weights.Sum();
        if (weights.Any(weight => weight is not (>= 0 and < double.PositiveInfinity)) || !(sum > 0 && double.IsFinite(sum)))
        {
            var given = weights.Select(weight => weight.ToString(CultureInfo.InvariantCulture)).ToArray();
            throw new ArgumentException($"Weights are 0 or more, and one of them is above 0: {Listing.Of(given)}.", nameof(weights));
        }
        double[] shares = Math.Abs(sum - 1) < 1e-9 ? [.. weights] : [.. weights.Select(weight => weight / sum)]; // saved ones stay to the last bit
        var orders = scorers.Select(scorer => Order(description.Classes.Names, scorer.Description.Classes.Names, scorer.Model.Architecture.Name));
        return ImageScorer.Of(scorers[0].Environment, scorers, description, new(shares, [.. orders], average));
    }

    // The place of each class among a network's own; null where they are in the same order.
    private static int[]? Order(IReadOnlyList<string> classes, IReadOnlyList<string> own, string network)
    {
        if (classes.SequenceEqual(own))
            return null;
        var places = NamePlaces.Of(own);
        var (missing, more) = (classes.Except(places.Keys).ToArray(), places.Keys.Except(classes).ToArray());
        if (missing.Length + more.Length > 0)
        {
            throw new ArgumentException($"The networks of an ensemble tell the same classes apart. {network} "
                + string.Join(" and ", new[] { Said("does not know ", missing), Said("knows ", more) }.Where(part => part.Length > 0))
                + (more.Length > 0 && missing.Length == 0 ? ", which the first network does not." : "."), nameof(classes));
        }
        return [.. classes.Select(name => places[name])];

        static string Said(string how, string[] names) => names.Length == 0 ? "" : how + Listing.Of(names);
    }

    private CnnEnsemble With(ScoreDescription description) => new(Scorer.For(description, model => model));

    private CnnEnsemble With(NetworkMix mix) => new(Scorer.For(mix));

    // Every network on its own, with the ensemble's classes and columns.
    private IEnumerable<CnnEnsemble> Alone() =>
        Enumerable.Range(0, Weights.Count).Select(only => With(Mix with { Weights = [.. Weights.Select((_, i) => i == only ? 1.0 : 0)] }));
}

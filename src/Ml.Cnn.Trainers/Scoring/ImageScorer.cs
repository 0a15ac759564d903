using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Probabilities;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns images into class probabilities, by one network or by several: the columns PredictedLabel and Score, and PredictedSet.</summary>
internal sealed class ImageScorer : ImageMapper
{
    private readonly ScoreDescription _description;
    private readonly NetworkMix? _mix;

    private ImageScorer(IHostEnvironment environment, IReadOnlyList<NetworkComputation> networks, ScoreDescription description, NetworkMix? mix)
        : base(environment, networks) => (_description, _mix) = (description, mix);

    /// <summary>A scorer of a network that nobody else holds, brought to where and how it computes scores.</summary>
    /// <param name="environment">Takes warnings.</param>
    /// <param name="network">Disposed with the last transformer that shares it.</param>
    /// <param name="plan">Where and how scores are computed.</param>
    /// <param name="model">All else.</param>
    public static ImageScorer Of(IHostEnvironment environment, Module<Tensor, Tensor> network, ExecutionPlan plan, CnnModel model) =>
        Of(environment, new LibtorchEngine(plan.Prepare(network), model.Architecture.Name, model.Shape, plan), model);

    /// <summary>A scorer of a network that nobody else holds.</summary>
    /// <param name="environment">Takes warnings.</param>
    /// <param name="engine">What computes the network; disposed with the last transformer that shares it.</param>
    /// <param name="model">All else.</param>
    public static ImageScorer Of(IHostEnvironment environment, NetworkEngine engine, CnnModel model) =>
        Of(environment, new NetworkClaim(engine, model.Architecture.Name), model);

    /// <summary>A scorer of several networks, which are those of other scorers.</summary>
    /// <param name="environment">Takes warnings.</param>
    /// <param name="scorers">Scorers of one network each, which may be disposed afterwards.</param>
    /// <param name="description">Columns and classes.</param>
    /// <param name="mix">How the probabilities become one.</param>
    public static ImageScorer Of(IHostEnvironment environment, IEnumerable<ImageScorer> scorers, ScoreDescription description, NetworkMix mix) =>
        new(environment, [.. scorers.Select(scorer => scorer.Single).Select(each => Computation(environment, each.Claim.Another(), each.Model))],
            description, mix);

    public override string FeatureColumnName => _description.FeatureColumnName;

    public override BadImageHandling OnBadImage => _description.OnBadImage;

    public override int Length => _description.Classes.Count;

    /// <summary>Columns and classes.</summary>
    public ScoreDescription Description => _description;

    /// <summary>How the probabilities of several networks become one; null for a single network.</summary>
    public NetworkMix? Mix => _mix;

    /// <summary>The network of a scorer of one.</summary>
    public NetworkComputation Single => Networks.Count == 1 ? Networks[0] : throw new InvalidOperationException("There are several networks.");

    /// <summary>The network of a scorer of one, as libtorch computes it.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another engine computes it.</exception>
    public Module<Tensor, Tensor> Network => Single.Claim.Network;

    /// <summary>All that is known of the network of a scorer of one.</summary>
    public CnnModel Model => Single.Model;

    protected override string Output => "scores";

    /// <summary>The same network, weights included, described otherwise: a holder of its own, who is disposed apart.</summary>
    public ImageScorer For(CnnModel otherwise) => Of(Environment, Single.Claim.Another(), otherwise);

    /// <summary>The same network, described otherwise, for the same holder.</summary>
    public ImageScorer As(CnnModel otherwise) => Of(Environment, Single.Claim, otherwise);

    /// <summary>The same networks, each described otherwise: a holder of its own, who is disposed apart.</summary>
    public ImageScorer For(ScoreDescription description, Func<CnnModel, CnnModel> otherwise) => new(Environment,
        [.. Networks.Select(each => Computation(Environment, each.Claim.Another(), otherwise(each.Model)))], description, _mix);

    /// <summary>The same networks, mixed otherwise: a holder of its own, who is disposed apart.</summary>
    public ImageScorer For(NetworkMix mix) => new(Environment,
        [.. Networks.Select(each => Computation(Environment, each.Claim.Another(), each.Model))], _description, mix);

    /// <summary>One of the networks: a holder of its own, who is disposed apart.</summary>
    public ImageScorer Alone(NetworkComputation network) => Of(Environment, network.Claim.Another(), network.Model with
    {
        FeatureColumnName = FeatureColumnName,
        PredictedLabelColumnName = _description.PredictedLabelColumnName,
        ScoreColumnName = _description.ScoreColumnName,
        OnBadImage = OnBadImage,
    });

    public override void AddColumns(DataViewSchema.Builder builder) => ScoreColumns.AddTo(builder, _description);

    public override Delegate Getter(int column, MappedRows rows, Func<int> current) => ScoreColumns.Getter(column, _description, rows, current);

    public override void Compute(NetworkInputs inputs, Span<float> values)
    {
        if (_mix is null)
        {
            Compute(Single, inputs[0], values);
            return;
        }
        Mixed(inputs, _mix, values);
        Calibrate(values, Length, _description.Calibration);
    }

    private static ImageScorer Of(IHostEnvironment environment, NetworkClaim claim, CnnModel model) =>
        new(environment, [Computation(environment, claim, model)], model.Scores, mix: null);

    private static NetworkComputation Computation(IHostEnvironment environment, NetworkClaim claim, CnnModel model)
    {
        var request = new CopyRequest(Layer: null, CopyOutput.Probabilities, model.Scoring);
        return new(environment, claim, model, request, model.Shape.Classes);
    }

    private void Mixed(NetworkInputs inputs, NetworkMix mix, Span<float> values)
    {
        values.Clear();
        for (var network = 0; network < Networks.Count; network++)
        {
            if (mix.Weights[network] == 0)
                continue;
            var made = inputs.Values(values.Length);
            Compute(Networks[network], inputs[network], made);
            for (var row = 0; row < values.Length; row += Length)
            {
                if (mix.Orders[network] is { } order)
                    Reorder(made.Slice(row, Length), order);
                ScoreMean.Add(made.Slice(row, Length), (float)mix.Weights[network], values.Slice(row, Length), mix.Average);
            }
        }
        for (var row = 0; row < values.Length; row += Length)
            ScoreMean.Finish(values.Slice(row, Length), mix.Average);
    }

    // A network's own temperature goes with it into a mix.
    private static void Compute(NetworkComputation network, NetworkInput input, Span<float> values)
    {
        network.Compute(input, values);
        Calibrate(values, network.Length, network.Model.Calibration);
    }

    private static void Calibrate(Span<float> values, int classes, CnnCalibration? calibration)
    {
        if (calibration is null or { Temperature: 1 })
            return;
        for (var row = 0; row < values.Length; row += classes)
            TemperatureScaling.Apply(values.Slice(row, classes), calibration.Temperature);
    }

    private static void Reorder(Span<float> row, int[] order)
    {
        Span<float> copy = row.Length <= 256 ? stackalloc float[row.Length] : new float[row.Length];
        row.CopyTo(copy);
        for (var i = 0; i < row.Length; i++)
            row[i] = copy[order[i]];
    }
}

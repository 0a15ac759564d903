using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns images into class probabilities: the columns PredictedLabel and Score.</summary>
internal sealed class ImageScorer : ImageMapper, IDisposable
{
    private ImageScorer(IHostEnvironment environment, NetworkClaim claim, ExecutionPlan plan, CnnModel model) : base(environment, claim, plan, model) =>
        Request = new(Layer: null, CopyOutput.Probabilities, model.Scoring);

    /// <summary>A scorer of a network that nobody else holds, brought to where and how it computes scores.</summary>
    /// <param name="environment">Takes warnings.</param>
    /// <param name="network">Disposed with the last transformer that shares it.</param>
    /// <param name="plan">Where and how scores are computed.</param>
    /// <param name="model">All else.</param>
    public static ImageScorer Of(IHostEnvironment environment, Module<Tensor, Tensor> network, ExecutionPlan plan, CnnModel model) =>
        new(environment, new NetworkClaim(plan.Prepare(network), model.Architecture.Name, model.Shape, plan), plan, model);

    /// <summary>The network.</summary>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public Module<Tensor, Tensor> Network => Claim.Network;

    public override int Length => Model.Shape.Classes;

    protected override string Output => "scores";

    protected override CopyRequest Request { get; }

    /// <summary>The same network, weights included, described otherwise: a holder of its own, who is disposed apart.</summary>
    public ImageScorer For(CnnModel otherwise) => new(Environment, Claim.Another(), Plan, otherwise);

    /// <summary>The same network, described otherwise, for the same holder.</summary>
    public ImageScorer As(CnnModel otherwise) => new(Environment, Claim, Plan, otherwise);

    public override void AddColumns(DataViewSchema.Builder builder) => ScoreColumns.AddTo(builder, Model);

    public override Delegate Getter(int column, MappedRows rows, Func<int> current)
    {
        ValueGetter<uint> label = (ref uint value) => value = PredictedLabel(rows, current());
        ValueGetter<VBuffer<float>> scores = (ref VBuffer<float> value) => rows.CopyTo(ref value, current());
        return column == ScoreColumns.PredictedLabel ? label : scores;
    }

    public void Dispose() => Claim.Dispose();

    // 0, a missing key, for an image that cannot be used, and for scores that are NaN.
    private static uint PredictedLabel(MappedRows rows, int index)
    {
        if (!rows.IsUsable(index))
            return 0;
        var best = TensorPrimitives.IndexOfMax(rows.Values(index)); // NaN is taken for the largest
        return float.IsNaN(rows.Values(index)[best]) ? 0 : (uint)best + 1;
    }
}

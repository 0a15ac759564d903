using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns images into class probabilities: the columns PredictedLabel and Score.</summary>
internal sealed class ImageScorer(Module<Tensor, Tensor> network, ExecutionPlan plan, CnnModel model) : ImageMapper(plan, model)
{
    public Module<Tensor, Tensor> Network => network;

    public override int Length => Model.Shape.Classes;

    /// <summary>The same network, weights included, described otherwise.</summary>
    public ImageScorer For(CnnModel otherwise) => new(network, Plan, otherwise);

    public override void AddColumns(DataViewSchema.Builder builder) => ScoreColumns.AddTo(builder, Model);

    public override Delegate Getter(int column, MappedRows rows, Func<int> current)
    {
        ValueGetter<uint> label = (ref uint value) => value = PredictedLabel(rows, current());
        ValueGetter<VBuffer<float>> scores = (ref VBuffer<float> value) => rows.CopyTo(ref value, current());
        return column == ScoreColumns.PredictedLabel ? label : scores;
    }

    protected override Tensor Compute(Tensor images) => functional.softmax(network.forward(images).to(float32), 1);

    private static uint PredictedLabel(MappedRows rows, int index) =>
        rows.IsUsable(index) ? (uint)System.Numerics.Tensors.TensorPrimitives.IndexOfMax(rows.Values(index)) + 1 : 0; // 0: a missing key
}

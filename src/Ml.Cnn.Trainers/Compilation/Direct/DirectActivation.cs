using Ml.Cnn.Trainers.Layers;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>An activation of every number.</summary>
internal sealed unsafe class DirectActivation(MapSize size, string kind) : DirectOperation
{
    public override MapSize Output => size;

    /// <summary>Whether an activation is known here. ReLU is a part of <see cref="DirectProduct"/> where it can be.</summary>
    public static bool Knows(string kind) => kind is LayerKinds.ReLU or LayerKinds.Sigmoid or LayerKinds.Tanh;

    public override void Run(int images, float* input, float* output, float* scratch)
    {
        var from = new ReadOnlySpan<float>(input, images * size.Length);
        var to = new Span<float>(output, images * size.Length);
        switch (kind)
        {
            case LayerKinds.ReLU:
                TensorPrimitives.Max(from, 0, to);
                break;
            case LayerKinds.Sigmoid:
                TensorPrimitives.Sigmoid(from, to);
                break;
            default:
                TensorPrimitives.Tanh(from, to);
                break;
        }
    }
}

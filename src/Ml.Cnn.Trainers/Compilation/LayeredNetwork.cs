using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network as it was trained, layer by layer.</summary>
/// <param name="network">The network in evaluation mode: N × channels × height × width to N × …. It is not disposed.</param>
/// <param name="plan">Where it runs, and in which layout.</param>
/// <param name="output">What is made of its output.</param>
/// <param name="reason">Why it is not compiled.</param>
internal sealed class LayeredNetwork(Func<Tensor, Tensor> network, ExecutionPlan plan, CopyOutput output, string reason) : TensorNetwork
{
    public override CnnScoringCopy Description { get; } = new()
    {
        Method = CnnScoringMethod.Layers,
        Precision = Precision.Float32,
        Images = 0,
        WeightBytes = 0,
        Reason = reason,
    };

    /// <summary>The same for another reason.</summary>
    public LayeredNetwork Because(string otherwise) => new(network, plan, output, otherwise);

    public override Tensor Run(Tensor images)
    {
        // A network of the user's own may count on the usual layout.
        var made = network((plan.ChannelsLast ? images : images.contiguous()).BringTo(plan.Device)).to(float32);
        return output switch
        {
            CopyOutput.Probabilities => nn.functional.softmax(made, 1),
            CopyOutput.ChannelMeans => made.mean([2, 3]),
            _ => made.flatten(1),
        };
    }

    public override void Dispose() { } // the network is not this copy's own
}

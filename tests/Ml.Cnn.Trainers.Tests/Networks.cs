using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Networks of a user's own, for 28 × 28 pixels.</summary>
internal static class Networks
{
    /// <summary>One linear layer.</summary>
    [CnnNetwork]
    public static Module<Tensor, Tensor> Marked(int channels, int classes) => Linear(channels, classes);

    /// <summary>The same without the mark.</summary>
    public static Module<Tensor, Tensor> Unmarked(int channels, int classes) => Linear(channels, classes);

    private static Module<Tensor, Tensor> Linear(int channels, int classes) =>
        Sequential(("flatten", Flatten()), ("linear", nn.Linear(channels * 28 * 28, classes)));
}

/// <summary>One linear layer that notes what it was trained on.</summary>
internal sealed class RecordingNetwork : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> linear;

    public RecordingNetwork(int channels, int classes) : base(nameof(RecordingNetwork))
    {
        linear = Linear(channels * 28 * 28, classes);
        RegisterComponents();
    }

    /// <summary>Images of each training step.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>The sum of each image's pixels, in the order of training.</summary>
    public List<float> Images { get; } = [];

    /// <summary>The weights after each training step but the last.</summary>
    public List<string> WeightsBeforeStep { get; } = [];

    /// <summary>From this training step on, counted from 1, the output is not a number.</summary>
    public int NotANumberFrom { get; init; } = int.MaxValue;

    /// <summary>Told the number of each training step, from 1.</summary>
    public Action<int> OnStep { get; init; } = _ => { };

    public override Tensor forward(Tensor images)
    {
        var output = linear.call(images.flatten(1));
        if (!training)
            return output;
        BatchSizes.Add((int)images.shape[0]);
        WeightsBeforeStep.Add(Pipelines.Weights(this));
        Images.AddRange(images.flatten(1).sum(1).data<float>().ToArray());
        OnStep(BatchSizes.Count);
        return BatchSizes.Count >= NotANumberFrom ? output * float.NaN : output;
    }
}

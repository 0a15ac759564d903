using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>A small network with batch normalization and dropout, for 28 × 28 pixels, whose training can be made to fail.</summary>
internal sealed class NormalizedNetwork : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv, norm, hidden, hiddenNorm, dropout, linear;
    private readonly int _crashAt;
    private int _steps;

    /// <param name="channels">Of the images.</param>
    /// <param name="classes">To tell apart.</param>
    /// <param name="isTorchSharps">Whether the first normalization is TorchSharp's, the second this library's; else the other way round.</param>
    /// <param name="crashAt">The training step, from 1, that does not take place.</param>
    public NormalizedNetwork(int channels, int classes, bool isTorchSharps = false, int crashAt = int.MaxValue) : base(nameof(NormalizedNetwork))
    {
        _crashAt = crashAt;
        conv = Conv2d(channels, 4, 3, stride: 2);
        hidden = Conv2d(4, 6, 3, stride: 2);
        norm = isTorchSharps ? BatchNorm2d(4) : new BatchNorm2d(4, momentum: 0.3);
        hiddenNorm = isTorchSharps ? new BatchNorm2d(6) : BatchNorm2d(6, momentum: 0.01);
        (dropout, linear) = (Dropout(0.3), Linear(6 * 6 * 6, classes));
        RegisterComponents();
    }

    /// <summary>The first convolution's weights before each training step.</summary>
    public List<float[]> BeforeSteps { get; } = [];

    /// <summary>What the first normalization sees of images.</summary>
    public Tensor Normalized(Tensor images) => conv.call(images);

    /// <summary>What the second one sees.</summary>
    public Tensor NormalizedNext(Tensor images) => hidden.call(functional.relu(norm.call(conv.call(images))));

    public override Tensor forward(Tensor images)
    {
        if (training && ++_steps >= _crashAt)
            throw new CrashException();
        if (training)
            BeforeSteps.Add(conv.parameters().First().data<float>().ToArray());
        return linear.call(dropout.call(functional.relu(hiddenNorm.call(NormalizedNext(images))).flatten(1)));
    }
}

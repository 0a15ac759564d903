using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdaptiveAvgPool2d = Ml.Cnn.Trainers.Layers.AdaptiveAvgPool2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Flatten = Ml.Cnn.Trainers.Layers.Flatten;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>A network whose maps can be computed by hand: a 1 × 1 convolution to three channels, their means, and a linear layer to two classes.</summary>
internal static class RedNetwork
{
    /// <summary>What the linear layer gives each channel: classes × channels.</summary>
    public static readonly float[,] Head = { { 2, -1, 0.5f }, { -1, 3, 0.25f } };

    /// <summary>What the convolution makes of red, green and blue: channels × colors.</summary>
    public static readonly float[,] Colors = { { 1, 0.5f, 0 }, { 0, 1, -0.5f }, { 0.25f, 0, 1 } };

    /// <summary>Makes the network.</summary>
    public static Module<Tensor, Tensor> Make()
    {
        var convolution = new Conv2d(3, 3, kernel: 1, bias: false);
        var linear = new Linear(3, 2, bias: false);
        using (no_grad())
        {
            using var colors = tensor(Colors).reshape(3, 3, 1, 1);
            using var head = tensor(Head);
            convolution.Weight.copy_(colors);
            linear.Weight.copy_(head);
        }
        return new Sequential(("conv", convolution), ("pool", new AdaptiveAvgPool2d(1)), ("flatten", new Flatten()), ("fc", linear));
    }
}

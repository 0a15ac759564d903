using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ScoreProgram;

/// <summary>A network of a user's own in an assembly that both the program that trains and the program that scores can load.</summary>
public static class OwnNetwork
{
    /// <summary>Two convolutions and a linear layer, built from TorchSharp's own modules.</summary>
    [CnnNetwork]
    public static Module<Tensor, Tensor> Build(NetworkShape shape) => Sequential(
        ("conv1", Conv2d(shape.Channels, 8, kernel_size: 3, padding: 1)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(8, 16, kernel_size: 3, padding: 1)),
        ("relu2", ReLU()),
        ("pool2", AdaptiveAvgPool2d(7)),
        ("flatten", Flatten()),
        ("fc", Linear(16 * 7 * 7, shape.Classes)));

    /// <summary>The same without the mark.</summary>
    public static Module<Tensor, Tensor> BuildUnmarked(NetworkShape shape) => Build(shape);
}

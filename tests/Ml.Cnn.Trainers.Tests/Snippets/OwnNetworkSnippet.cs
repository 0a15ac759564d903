using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Snippets;

// snippet: own-network-class
public static class MyNetworks
{
    [CnnNetwork] // so that a saved model can be loaded in another process
    public static Module<Tensor, Tensor> Small(int channels, int classes) => Sequential(
        ("conv", Conv2d(channels, 8, kernel_size: 3)),
        ("relu", ReLU()),
        ("pool", AdaptiveAvgPool2d(4)),
        ("flatten", Flatten()),
        ("fc", Linear(8 * 4 * 4, classes)));
}
// end snippet

// snippet: own-architecture-class
public static class TwoConvolutions
{
    public static Architecture Network { get; } = new("two_convolutions", Build)
    {
        ImageSize = 32,                             // what images are brought to where the options do not say otherwise
        Head = "fc",                                // made anew where weights were trained for other classes
        Stages = [["conv1"], ["conv2"], ["fc"]],    // what is frozen together, from the images on
        Training = new() { LearningRate = 0.05 },
    };

    [CnnNetwork]
    private static Module<Tensor, Tensor> Build(NetworkShape shape) => Sequential(
        ("conv1", Conv2d(shape.Channels, 8, kernel_size: 3, padding: 1)),
        ("relu1", ReLU()),
        ("conv2", Conv2d(8, 16, kernel_size: 3, stride: 2, padding: 1)),
        ("relu2", ReLU()),
        ("pool", AdaptiveAvgPool2d(4)),
        ("flatten", Flatten()),
        ("fc", Linear(16 * 4 * 4, shape.Classes)));
}
// end snippet

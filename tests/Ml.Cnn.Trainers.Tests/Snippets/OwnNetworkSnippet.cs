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

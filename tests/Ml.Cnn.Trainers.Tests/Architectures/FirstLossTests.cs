using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>
/// Protects the first steps on few classes: rules for first weights that go by the number of outputs are made for ImageNet's thousand, and make ten classes'
/// logits so large that training starts far above the loss of guessing, and long stays there.
/// </summary>
[TestClass]
public sealed class FirstLossTests
{
    [TestMethod]
    [DataRow("efficientnet_b0")]
    [DataRow("mnasnet1_0")]
    [DataRow("mobilenet_v2")]
    [DataRow("shufflenet_v2_x1_0")]
    [DataRow("resnet18")]
    [DataRow("densenet121")]
    public void Ten_classes_start_near_guessing(string name)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = RandomState.Build(seed: 1, () => ArchitectureCatalog.Find(name).Build(new(3, 64, 64, 10)));
        var images = randn(64, 3, 64, 64, generator: new Generator(2));
        var loss = nn.functional.cross_entropy(network.forward(images), arange(64).remainder(10)).item<float>();
        Console.WriteLine(FormattableString.Invariant($"{name}: {loss:0.000}, guessing: {Math.Log(10):0.000}"));
        Assert.IsLessThan(1.25 * Math.Log(10), loss);
    }
}

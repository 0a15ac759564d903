using Ml.Cnn.Inspection.Network;
using Ml.Cnn.OnnxConverter.Tests;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>A layer's places look where the gradient of their responses says.</summary>
[TestClass]
public sealed class PlaceCentersTests
{
    /// <summary>Protects the arithmetic of kernels, strides, padding and pooling.</summary>
    [TestMethod]
    [DataRow("lenet5", 28, "conv2")]
    [DataRow("lenet5", 28, "pool2")]
    [DataRow("alexnet", 128, "features.0")]
    [DataRow("alexnet", 128, "features.3")]
    [DataRow("resnet18", 96, "layer1")]
    [DataRow("squeezenet1_1", 96, "features.5")]
    public void The_pixels_that_a_place_depends_on_lie_around_its_center(string name, int size, string layer)
    {
        using var model = DrawnModel.Of(name, size);
        using var network = new InspectedNetwork(model);
        using var scope = NewDisposeScope();
        var node = network.Find(layer);
        var centers = PlaceCenters.Of(node);
        var (row, column) = (node.Shape.PerImage[1] / 2, node.Shape.PerImage[2] / 2);
        // Weights and pixels above 0, so that no response is cut off and none is the smaller of a window.
        using (no_grad())
        {
            foreach (var parameter in model.Scorer.Network.parameters())
                parameter.abs_().add_(1e-3f);
        }
        using var random = new Generator(1);
        using (enable_grad())
        {
            // Over many images, since a maximum depends on one pixel of its window at a time.
            var seen = zeros([model.Shape.Height, model.Shape.Width]);
            for (var i = 0; i < 5; i++)
            {
                var drawn = rand([1, model.Shape.Channels, model.Shape.Height, model.Shape.Width], generator: random);
                var pixels = (drawn + 0.5f).detach().requires_grad_();
                var response = network.Graph.UpTo(node).Run(pixels)[0, TensorIndex.Colon, row, column].sum();
                seen += autograd.grad([response], [pixels])[0][0].abs().sum([0]);
            }
            var (top, bottom) = Ends(seen.sum([1]));
            var (left, right) = Ends(seen.sum([0]));
            Assert.AreEqual((top + bottom) / 2.0, centers.Top + row * centers.Down, centers.Down, $"{top} to {bottom}");
            Assert.AreEqual((left + right) / 2.0, centers.Left + column * centers.Across, centers.Across, $"{left} to {right}");
        }
    }

    private static (int From, int To) Ends(Tensor sums)
    {
        var values = sums.data<float>().ToArray();
        return (Array.FindIndex(values, value => value > 0), Array.FindLastIndex(values, value => value > 0) + 1);
    }
}

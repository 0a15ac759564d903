using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Normalization;
using Ml.Cnn.Trainers.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Batch normalization by the images of several processes, which are threads here.</summary>
[TestClass]
public sealed class SynchronizedBatchNormTests
{
    /// <summary>
    /// Protects that the batches of several processes are one: outputs, gradients and running statistics are libtorch's for all images in one batch, also where
    /// one process has fewer images, and one has none and takes part with something that does not count.
    /// </summary>
    [TestMethod]
    [DataRow(new[] { 6 })]
    [DataRow(new[] { 3, 3 })]
    [DataRow(new[] { 5, 1 })]
    [DataRow(new[] { 2, 3, 0 })]
    public void Batches_of_several_processes_are_normalized_as_one(int[] images)
    {
        const int Channels = 5;
        random.manual_seed(7);
        var whole = randn(images.Sum(), Channels, 4, 3).mul(3.ToScalar()).add(1.ToScalar(), 1.ToScalar());
        var slopes = randn(images.Sum(), Channels, 4, 3); // of the loss by the output
        var (weight, bias) = (rand(Channels), randn(Channels));
        var alone = Layer();
        var input = whole.clone().requires_grad_();
        alone.train();
        var expected = alone.forward(input);
        expected.mul(slopes).sum().backward();

        using var meeting = new Meeting(images.Length);
        var results = meeting.Together(group =>
        {
            var layer = Layer();
            layer.train();
            layer.Synchronization = new SynchronizedStatistics(group);
            var (first, count) = (images[..group.Rank].Sum(), images[group.Rank]);
            var part = (count > 0 ? whole[first..(first + count)].clone() : ones(1, Channels, 4, 3)).requires_grad_();
            layer.Synchronization.Turn(on: true, hasImages: count > 0);
            var output = layer.forward(part);
            layer.Synchronization.Turn(on: false);
            output.mul(count > 0 ? slopes[first..(first + count)] : zeros(1, Channels, 4, 3)).sum().backward();
            return (Layer: layer, Output: output, Input: part.grad!, Weight: layer.Weight.grad!, Bias: layer.Bias.grad!);
        });

        var withImages = results.Where((_, rank) => images[rank] > 0).ToArray();
        AssertEqual(expected, cat([.. withImages.Select(result => result.Output)]), "output");
        AssertEqual(input.grad!, cat([.. withImages.Select(result => result.Input)]), "gradient of the input");
        AssertEqual(alone.Weight.grad!, results.Select(result => result.Weight).Aggregate((a, b) => a.add(b)), "gradient of the weight");
        AssertEqual(alone.Bias.grad!, results.Select(result => result.Bias).Aggregate((a, b) => a.add(b)), "gradient of the bias");
        foreach (var result in results)
        {
            AssertEqual(alone.RunningMean, result.Layer.RunningMean, "running mean");
            AssertEqual(alone.RunningVariance, result.Layer.RunningVariance, "running variance");
            Assert.AreEqual(1, result.Layer.BatchesTracked.item<long>());
        }

        BatchNorm2d Layer()
        {
            var layer = new BatchNorm2d(Channels);
            using var noGradient = no_grad();
            layer.Weight.copy_(weight);
            layer.Bias.copy_(bias);
            return layer;
        }

        static void AssertEqual(Tensor expected, Tensor actual, string what) =>
            Assert.AreEqual(0, expected.sub(actual).abs().max().item<float>(), 2e-5f, what);
    }
}

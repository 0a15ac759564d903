using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Layers of single papers against their equations, computed element by element.</summary>
[TestClass]
public sealed class PublishedLayerTests
{
    /// <summary>Krizhevsky et al. 2012, §3.3: α is a factor of the sum, and channels beyond the ends are left out.</summary>
    [TestMethod]
    public void Local_response_normalization_is_that_of_the_paper()
    {
        using var scope = NewDisposeScope();
        var (n, alpha, beta, k) = (5, 0.02, 0.75, 2.0);
        var a = randn(2, 9, 3, 4) * 5;
        var b = new LocalResponseNorm(n, alpha, beta, k).call(a);
        for (var i = 0; i < 9; i++)
        {
            var (first, last) = (Math.Max(0, i - n / 2), Math.Min(8, i + n / 2));
            var sum = a.narrow(1, first, last - first + 1).square().sum(1);
            Assert.IsTrue(b.select(1, i).allclose(a.select(1, i) / (k + alpha * sum).pow(beta), 1e-4, 1e-5), $"channel {i}");
        }
        Assert.AreEqual(ScalarType.BFloat16, new LocalResponseNorm().call(a.to(ScalarType.BFloat16)).dtype);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LocalResponseNorm(size: 4));
    }

    /// <summary>LeCun et al. 1998, appendix A: f(±1) = ±1.</summary>
    [TestMethod]
    public void The_scaled_tanh_keeps_one()
    {
        using var scope = NewDisposeScope();
        var y = new ScaledTanh().call(tensor(new float[] { -1, 0, 1, 100 }));
        Assert.IsTrue(y.allclose(tensor(new float[] { -1, 0, 1, 1.7159f }), 1e-4, 1e-4));
    }

    /// <summary>LeCun et al. 1998, §II.B: sum, factor, offset.</summary>
    [TestMethod]
    public void Trainable_subsampling_weighs_the_sum_of_a_window()
    {
        using var scope = NewDisposeScope();
        using var layer = new TrainableSubsampling(3);
        var x = randn(2, 3, 7, 4);
        var sums = x.narrow(2, 0, 6).view(2, 3, 3, 2, 2, 2).sum([3L, 5L]);
        Assert.IsTrue(layer.call(x).allclose(sums * layer.Weight.view(3, 1, 1) + layer.Bias.view(3, 1, 1), 1e-4, 1e-5));
    }

    /// <summary>LeCun et al. 1998, table I: a filter sees the channels of its row and no others.</summary>
    [TestMethod]
    public void Filters_see_the_channels_of_their_table()
    {
        using var scope = NewDisposeScope();
        using var layer = new ConnectionTableConv2d(4, [[0, 3], [2], [1, 0, 2]], kernel: new(3, 2));
        CollectionAssert.AreEqual(new long[] { 6, 3, 2 }, layer.Weight.shape);
        var x = randn(2, 4, 6, 6);
        var y = layer.call(x);
        var first = 0;
        foreach (var (channels, filter) in layer.Table.Select((channels, filter) => (channels, filter)))
        {
            var seen = x.index_select(1, tensor(channels.Select(channel => (long)channel).ToArray()));
            var weight = layer.Weight.narrow(0, first, channels.Count).unsqueeze(0);
            Assert.IsTrue(y.narrow(1, filter, 1).allclose(functional.conv2d(seen, weight, layer.Bias.narrow(0, filter, 1)), 1e-4, 1e-5), $"filter {filter}");
            first += channels.Count;
        }
        y.sum().backward();
        Assert.IsTrue(layer.Weight.grad!.ne(0).all().item<bool>());
        Assert.AreEqual(y.numel() / 3 * 6 * 3 * 2, layer.Describe().MultiplyAdds(y.numel()));
        Assert.ThrowsExactly<ArgumentException>(() => new ConnectionTableConv2d(4, [[1, 1]], 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConnectionTableConv2d(4, [[4]], 3));
    }

    /// <summary>LeCun et al. 1998, equation 7.</summary>
    [TestMethod]
    public void Radial_basis_gives_squared_distances_from_centers_that_do_not_move()
    {
        using var scope = NewDisposeScope();
        var (x, centers) = (randn(3, 5), randn(4, 5));
        using var layer = new RadialBasis(centers);
        Assert.IsTrue(layer.call(x).allclose((x.unsqueeze(1) - centers).square().sum(2), 1e-4, 1e-5));
        Assert.IsEmpty(layer.parameters());
        Assert.ThrowsExactly<ArgumentException>(() => new RadialBasis(zeros(3)));
    }

    /// <summary>He et al. 2015, §3.3, option A: the identity at every second pixel, zeros in the new channels.</summary>
    [TestMethod]
    [DataRow(6)]
    [DataRow(7)]
    [DataRow(1)]
    public void A_zero_padded_shortcut_is_the_identity_where_it_can_be(int size)
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, size, size);
        var y = new ZeroPaddedShortcut(3, 8, stride: 2).call(x);
        using var conv = new Trainers.Layers.Conv2d(3, 8, 3, stride: 2, padding: 1);
        CollectionAssert.AreEqual(conv.call(x).shape, y.shape); // fits beside the block's convolutions
        for (var i = 0; i < y.size(2); i++)
            for (var j = 0; j < y.size(3); j++)
                Assert.IsTrue(y[.., ..3, i, j].equal(x[.., .., 2 * i, 2 * j]).all().item<bool>());
        Assert.AreEqual(0f, y.narrow(1, 3, 5).abs().max().item<float>());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ZeroPaddedShortcut(8, 3));
    }

    /// <summary>Protects blocks in a user's own network: their shapes, and that a block without a shortcut is none.</summary>
    [TestMethod]
    public void Blocks_stand_alone()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 8, 9, 9);
        using var dense = new DenseBlock(layers: 3, inChannels: 8, growth: 4, bottleneck: 16, dropout: 0.2);
        var y = dense.call(x);
        CollectionAssert.AreEqual(new long[] { 2, 20, 9, 9 }, y.shape);
        Assert.AreEqual(20, dense.OutChannels);
        Assert.IsTrue(y.narrow(1, 0, 8).equal(x).all().item<bool>()); // the input comes through untouched

        foreach (var shortcut in Enum.GetValues<ResidualShortcut>())
        {
            using var block = new ResidualBlock(8, 16, stride: 2, shortcut: shortcut);
            CollectionAssert.AreEqual(new long[] { 2, 16, 5, 5 }, block.call(x).shape);
            // With the last normalization's factor at 0, what is left is the shortcut alone.
            using (no_grad())
                block.get_parameter("bn2.weight")!.zero_();
            Assert.AreEqual(shortcut != ResidualShortcut.None, block.call(x).abs().max().item<float>() > 0);
        }
    }
}

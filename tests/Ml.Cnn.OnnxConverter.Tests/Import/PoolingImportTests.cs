namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects the places of pooling windows, which frameworks count differently at the edges: each compared with ONNX Runtime.</summary>
[TestClass]
public sealed class PoolingImportTests
{
    [TestMethod]
    [DataRow(new long[] { 0, 0, 0, 0 }, 3, 2, 0)]
    [DataRow(new long[] { 0, 0, 0, 0 }, 3, 2, 1)]
    [DataRow(new long[] { 1, 1, 1, 1 }, 3, 2, 0)]
    [DataRow(new long[] { 0, 0, 1, 1 }, 2, 2, 0)]
    [DataRow(new long[] { 0, 0, 1, 1 }, 3, 2, 0)]
    [DataRow(new long[] { 1, 0, 0, 1 }, 3, 1, 0)]
    [DataRow(new long[] { 2, 2, 2, 2 }, 3, 2, 0)]
    [DataRow(new long[] { 2, 1, 0, 2 }, 3, 2, 1)]
    [DataRow(new long[] { 1, 1, 0, 0 }, 2, 2, 1)]
    public void A_maximum_is_taken_over_the_same_windows(long[] pads, long kernel, long stride, int ceil)
    {
        foreach (var size in (int[])[8, 9, 10, 11])
        {
            var file = new GraphFile(12, "N", 1, size, size);
            var maps = file.Convolve(GraphFile.Input, 1, 2, 1);
            maps = file.Node("MaxPool", [maps], ("kernel_shape", (long[])[kernel, kernel]), ("strides", (long[])[stride, stride]), ("pads", pads),
                ("ceil_mode", ceil));
            Check(file, maps, size, pads, kernel, stride, ceil);
        }
    }

    [TestMethod]
    [DataRow(new long[] { 0, 0, 0, 0 }, 2, 2, 0, 0)]
    [DataRow(new long[] { 0, 0, 0, 0 }, 3, 2, 0, 1)]
    [DataRow(new long[] { 1, 1, 1, 1 }, 3, 2, 0, 0)]
    [DataRow(new long[] { 1, 1, 1, 1 }, 3, 2, 1, 0)]
    [DataRow(new long[] { 0, 0, 1, 1 }, 2, 2, 1, 0)]
    [DataRow(new long[] { 1, 0, 0, 1 }, 3, 1, 1, 0)]
    [DataRow(new long[] { 0, 0, 1, 1 }, 3, 2, 0, 0)]
    [DataRow(new long[] { 2, 2, 2, 2 }, 3, 2, 1, 0)]
    public void A_mean_is_taken_over_the_same_windows(long[] pads, long kernel, long stride, int counts, int ceil)
    {
        foreach (var size in (int[])[8, 9, 10, 11])
        {
            var file = new GraphFile(19, "N", 1, size, size);
            var maps = file.Convolve(GraphFile.Input, 1, 2, 1);
            maps = file.Node("AveragePool", [maps], ("kernel_shape", (long[])[kernel, kernel]), ("strides", (long[])[stride, stride]), ("pads", pads),
                ("count_include_pad", counts), ("ceil_mode", ceil));
            Check(file, maps, size, pads, kernel, stride, ceil);
        }
    }

    [TestMethod]
    [DataRow(11, 1, true)]
    [DataRow(13, 0, true)]
    [DataRow(18, 1, true)]
    [DataRow(18, 0, false)]
    public void A_mean_over_height_and_width_is_global_pooling(int opset, int keeps, bool fromEnd)
    {
        var file = new GraphFile(opset, "N", 3, 6, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        long[] axes = fromEnd ? [-1, -2] : [2, 3];
        maps = opset < 18 ? file.Node("ReduceMean", [maps], ("axes", axes), ("keepdims", keeps))
            : file.Node("ReduceMean", [maps, file.Integers("axes", axes)], ("keepdims", keeps));
        Assert.Contains("adaptive_avg_pool2d", HandFile.Check(file.Classify(maps, 4)).Kinds);
    }

    [TestMethod]
    public void Windows_that_are_as_large_as_the_maps_are_global_pooling()
    {
        var file = new GraphFile(13, "N", 3, 9, 9);
        var maps = file.Node("AveragePool", [file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)])], ("kernel_shape", (long[])[7, 7]));
        var (architecture, kinds) = HandFile.Check(file.Classify(maps, 4));
        Assert.Contains("adaptive_avg_pool2d", kinds);
        Assert.AreEqual(3, architecture.MinimumImageSize, "the size is free");
    }

    [TestMethod]
    public void Windows_with_gaps_are_no_layer()
    {
        var file = new GraphFile(13, "N", 1, 9, 9);
        file.Classify(file.Node("MaxPool", [GraphFile.Input], ("kernel_shape", (long[])[3, 3]), ("dilations", (long[])[2, 2])), 25);
        Assert.Contains("'MaxPool_0' (MaxPool) has windows with gaps", HandFile.Refusal(file));
    }

    private static void Check(GraphFile file, string maps, int size, long[] pads, long kernel, long stride, int ceil)
    {
        var positions = Positions(size + pads[0] + pads[2], pads[0]) * Positions(size + pads[1] + pads[3], pads[1]);
        HandFile.Check(file.Classify(maps, (int)(2 * positions)));

        long Positions(long padded, long before)
        {
            var count = (padded - kernel + (ceil == 1 ? stride - 1 : 0)) / stride + 1;
            return ceil == 1 && (count - 1) * stride >= size + before ? count - 1 : count;
        }
    }
}

using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Onnx;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Export;

/// <summary>What the library does with an image before a network sees it, as nodes of the file.</summary>
internal static class OnnxPreprocessing
{
    /// <summary>What the names of its nodes and constants begin with, and no others.</summary>
    public const string Prefix = "preprocessing.";

    /// <summary>From bytes to what the network takes.</summary>
    /// <param name="graph">The file's.</param>
    /// <param name="preprocessing">The model's.</param>
    /// <param name="isResized">Whether the images have the network's height and width.</param>
    /// <param name="pixels">uint8, N × height × width × channels.</param>
    /// <returns>float32, N × channels × height × width.</returns>
    public static string Write(IOnnxGraph graph, ImagePreprocessing preprocessing, bool isResized, string pixels)
    {
        var planes = graph.Node("Transpose", "preprocessing.planes", [pixels], ("perm", (IReadOnlyList<long>)[0, 3, 1, 2]));
        if (!isResized)
            planes = preprocessing.ResizeShortSide is null ? Resize(graph, preprocessing, planes, Sizes(graph, preprocessing)) : ResizeAndCrop(graph,
                preprocessing, planes);
        return Normalize(graph, preprocessing.Normalization, planes);
    }

    // (x / 255 − mean) / deviation as a product and a sum.
    private static string Normalize(IOnnxGraph graph, Normalization normalization, string planes)
    {
        using var scope = NewDisposeScope();
        var means = tensor(normalization.Mean.Select(mean => (double)mean).ToArray()).view(1, -1, 1, 1);
        var deviations = tensor(normalization.Deviation.Select(deviation => (double)deviation).ToArray()).view(1, -1, 1, 1);
        var numbers = graph.Node("Cast", "preprocessing.numbers", [planes], ("to", OnnxTypes.Float32));
        var factors = deviations.Times(255.0).reciprocal().to(float32);
        var scaled = graph.Node("Mul", "preprocessing.scaled", [numbers, graph.Constant("preprocessing.factors", factors)]);
        return graph.Node("Sub", "preprocessing.normalized", [scaled, graph.Constant("preprocessing.offsets", (means / deviations).to(float32))]);
    }

    private static string Sizes(IOnnxGraph graph, ImagePreprocessing preprocessing) =>
        Integers(graph, "size", preprocessing.Height, preprocessing.Width);

    // Bytes in, bytes out, antialiased as Pillow's resize. All four lengths are given: ONNX Runtime 1.31 moves transpositions past a resize, and then mistakes
    // the lengths of some axes for those of all.
    private static string Resize(IOnnxGraph graph, ImagePreprocessing preprocessing, string planes, string sizes)
    {
        var isCubic = preprocessing.Interpolation == Interpolation.Bicubic;
        var kept = graph.Node("Slice", "preprocessing.kept", [graph.Node("Shape", "preprocessing.shape", [planes]), Integers(graph, "first", 0),
            Integers(graph, "second", 2)]);
        var all = graph.Node("Concat", "preprocessing.all", [kept, sizes], ("axis", 0L));
        return graph.Node("Resize", "preprocessing.resized", [planes, "", "", all],
        [
            ("antialias", 1L),
            ("coordinate_transformation_mode", "half_pixel"),
            ("mode", isCubic ? "cubic" : "linear"),
            .. isCubic ? [("cubic_coeff_a", -0.5)] : Array.Empty<(string, object)>(),
        ]);
    }

    // The short side to a length, and of that the middle. Lengths are integers rounded down, positions halves rounded to even, as torchvision's.
    private static string ResizeAndCrop(IOnnxGraph graph, ImagePreprocessing preprocessing, string planes)
    {
        var side = preprocessing.ResizeShortSide!.Value;
        if (side < Math.Max(preprocessing.Height, preprocessing.Width))
        {
            throw new NotSupportedException($"images whose short side is brought to {side} pixels lack something of the {preprocessing.Width} × "
                + $"{preprocessing.Height} that the network takes; write the file without the resizing of images");
        }
        var lengths = graph.Node("Slice", "preprocessing.lengths", [graph.Node("Shape", "preprocessing.shape", [planes]), Integers(graph, "from", 2),
            Integers(graph, "to", 4)]);
        var height = Gather(graph, lengths, 0);
        var width = Gather(graph, lengths, 1);
        var shortest = graph.Node("Min", "preprocessing.shortest", [height, width]);
        var sizes = graph.Node("Div", "preprocessing.sizes", [graph.Node("Mul", "preprocessing.enlarged", [lengths, Integers(graph, "side", side)]), shortest]);
        var resized = Resize(graph, preprocessing, planes, sizes);
        var room = graph.Node("Cast", "preprocessing.room", [graph.Node("Sub", "preprocessing.difference", [sizes, Sizes(graph, preprocessing)])],
            ("to", OnnxTypes.Float32));
        using var half = tensor(0.5f);
        var middle = graph.Node("Round", "preprocessing.middle", [graph.Node("Mul", "preprocessing.halved", [room, graph.Constant("preprocessing.half",
            half)])]);
        var from = graph.Node("Cast", "preprocessing.start", [middle], ("to", OnnxTypes.Int64));
        var to = graph.Node("Add", "preprocessing.end", [from, Sizes(graph, preprocessing)]);
        return graph.Node("Slice", "preprocessing.crop", [resized, from, to, Integers(graph, "axes", 2, 3)]);
    }

    private static string Gather(IOnnxGraph graph, string lengths, long position) =>
        graph.Node("Gather", "preprocessing.length", [lengths, Integers(graph, "position", position)], ("axis", 0L));

    private static string Integers(IOnnxGraph graph, string name, params long[] numbers)
    {
        using var values = tensor(numbers, int64);
        return graph.Constant($"preprocessing.{name}", values);
    }
}

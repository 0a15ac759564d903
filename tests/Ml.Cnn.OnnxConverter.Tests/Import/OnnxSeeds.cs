using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Format;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Small files that can be read, with every operator between them: what mutations begin from.</summary>
internal static class OnnxSeeds
{
    public static ModelProto[] All()
    {
        GraphFile[] byHand = [Plain(), Old(), Mobile(), Shuffled(), Normalized(), Bytes(), Shapes(), Composite()];
        return [.. byHand.Select(file => file.Model), .. byHand[..4].SelectMany(Exported)];
    }

    // The library's own exports of the same networks.
    private static IEnumerable<ModelProto> Exported(GraphFile file)
    {
        using var folder = new TemporaryFolder();
        using var model = new MLContext(seed: 1).Model.ImportCnn(OnnxNetwork.Load(file.Save(folder)), new() { FeatureColumnName = "Image" });
        foreach (var form in Enum.GetValues<OnnxForm>())
        {
            var path = Path.Join(folder.Path, $"{form}.onnx");
            model.SaveAsOnnx(path, new() { Form = form });
            yield return ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        }
    }

    private static GraphFile Plain()
    {
        var file = new GraphFile(13, "N", 3, 12, 12);
        var maps = Norm(file, file.Convolve(GraphFile.Input, 3, 4, 3, ("pads", (long[])[1, 1, 1, 1])), 4, "bn1");
        maps = file.Node("MaxPool", [file.Node("Relu", [maps])], ("kernel_shape", (long[])[3, 3]), ("strides", (long[])[2, 2]), ("pads", (long[])[1, 1, 1, 1]));
        var shortcut = maps;
        maps = file.Convolve(file.Node("LeakyRelu", [maps], ("alpha", 0.1f)), 4, 4, 3, ("pads", (long[])[0, 1, 2, 1]), ("auto_pad", "NOTSET"));
        maps = file.Node("Add", [maps, shortcut]);
        maps = file.Node("AveragePool", [maps], ("kernel_shape", (long[])[2, 2]), ("strides", (long[])[2, 2]), ("count_include_pad", 1));
        return file.Classify(file.Node("Dropout", [maps, file.Floats("share", [0.5f])]), 36);
    }

    private static GraphFile Old()
    {
        var file = new GraphFile(7, 1, 3, 12, 12);
        var maps = file.Node("LRN", [file.Convolve(GraphFile.Input, 3, 4, 5)], ("size", 5), ("alpha", 1e-4f), ("beta", 0.75f), ("bias", 1f));
        maps = file.Node("Clip", [file.Node("Pad", [maps], ("pads", (long[])[0, 0, 1, 1, 0, 0, 0, 0]))], ("min", 0f), ("max", 6f));
        var halves = file.Node("Split", [maps], ("axis", 1), ("split", (long[])[2, 2]));
        file.Last.Output.Add("second");
        maps = file.Node("Concat", [file.Node("Tanh", [halves]), file.Node("Sigmoid", ["second"])], ("axis", 1));
        maps = file.Node("PRelu", [maps, file.Draw("slopes", 4, 1, 1)]);
        var row = file.Node("Reshape", [file.Node("GlobalAveragePool", [maps]), file.Integers("shape", 1, 4)]);
        file.Classify(row, 4);
        var logits = file.Graph.Output[0].Name;
        file.Graph.Output.Clear();
        return file.Return(file.Node("Softmax", [logits], ("axis", 1)));
    }

    private static GraphFile Mobile()
    {
        var file = new GraphFile(14, "N", 3, 12, 12);
        var maps = file.Node("HardSwish", [file.Convolve(GraphFile.Input, 3, 8, 3, ("strides", (long[])[2, 2]))]);
        var squeezed = file.Node("Relu", [file.Convolve(file.Node("ReduceMean", [maps], ("axes", (long[])[2, 3]), ("keepdims", 1)), 8, 2, 1)]);
        maps = file.Node("Mul", [maps, file.Node("HardSigmoid", [file.Convolve(squeezed, 2, 8, 1)], ("alpha", 1f / 6))]);
        maps = file.Node("Conv", [maps, file.Draw("depth", 8, 1, 3, 3)], ("group", 8), ("pads", (long[])[1, 1, 1, 1]));
        maps = file.Node("Mul", [maps, file.Node("Sigmoid", [maps])]);
        maps = file.Node("Clip", [maps, file.Floats("zero", [0]), file.Floats("six", [6])]);
        return file.Classify(file.Node("GlobalAveragePool", [maps]), 8);
    }

    private static GraphFile Shuffled()
    {
        var file = new GraphFile(15, "N", 3, 8, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        maps = file.Node("Reshape", [maps, file.Integers("split", 0, 2, 2, 6, 6)]);
        maps = file.Node("Reshape", [file.Node("Transpose", [maps], ("perm", (long[])[0, 2, 1, 3, 4])), file.Integers("whole", 0, -1, 6, 6)]);
        maps = file.Node("Slice", [maps, file.Integers("from", 1), file.Integers("to", 3), file.Integers("axes", 1), file.Integers("steps", 1)]);
        maps = file.Node("Gather", [maps, file.Integers("places", 0, 1)], ("axis", 1));
        return file.Classify(file.Node("Squeeze", [file.Node("GlobalAveragePool", [maps]), file.Integers("gone", 2, 3)]), 2);
    }

    private static GraphFile Normalized()
    {
        var file = new GraphFile(17, "N", 3, 8, 8);
        var maps = file.Node("Transpose", [file.Convolve(GraphFile.Input, 3, 4, 3)], ("perm", (long[])[0, 2, 3, 1]));
        maps = file.Node("LayerNormalization", [maps, file.Draw("ln.weight", 4), file.Draw("ln.bias", 4)], ("axis", -1), ("epsilon", 1e-6f));
        maps = file.Node("Add", [file.Node("MatMul", [maps, file.Draw("w1", 4, 8)]), file.Draw("b1", 8)]);
        var erf = file.Node("Erf", [file.Node("Div", [maps, file.Floats("root", [MathF.Sqrt(2)])])]);
        maps = file.Node("Mul", [file.Node("Mul", [maps, file.Node("Add", [erf, file.Floats("one", [1])])]), file.Floats("half", [0.5f])]);
        maps = file.Node("Transpose", [maps], ("perm", (long[])[0, 3, 1, 2]));
        maps = file.Node("Mul", [maps, file.Draw("scale", 8, 1, 1)]);
        return file.Classify(file.Node("Identity", [file.Node("GlobalAveragePool", [maps])]), 8);
    }

    private static GraphFile Bytes()
    {
        var file = new GraphFile(18, DataType.Uint8, "N", 8, 8, 3);
        var pixels = file.Node("Div", [file.Node("Cast", [GraphFile.Input], ("to", 1)), file.Floats("255", [255])]);
        pixels = file.Node("Div", [file.Node("Sub", [pixels, file.Draw("mean", 3)]), file.DrawFrom("deviation", 0.1f, 0.5f, 3)]);
        var maps = file.Node("Transpose", [pixels], ("perm", (long[])[0, 3, 1, 2]));
        maps = file.Node("Pad", [file.Node("Relu", [file.Convolve(maps, 3, 4, 3)]), file.Integers("pads", 0, 0, 1, 0), "", file.Integers("axes", 2, 3)]);
        return file.Classify(file.Node("ReduceMean", [maps, file.Integers("sides", 2, 3)], ("keepdims", 0)), 4);
    }

    private static GraphFile Shapes()
    {
        var file = new GraphFile(13, "N", 3, 6, 6);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        var batch = file.Node("Gather", [file.Node("Shape", [maps]), file.Integer("zero", 0)], ("axis", 0));
        var each = file.Node("Div", [file.Node("Mul", [file.Integers("64", 64), file.Integers("two", 2)]), file.Integers("also", 2)]);
        var shape = file.Node("Concat", [file.Node("Unsqueeze", [batch, file.Integers("axis", 0)]), file.Node("Cast", [each], ("to", 7))], ("axis", 0));
        var filled = file.Node("ConstantOfShape", [file.Integers("n", 64)],
            ("value", new TensorProto { DataType = (int)DataType.Float, FloatData = { 0.5f }, Dims = { 1 } }));
        var constant = file.Node("Sqrt", [file.Node("Pow", [filled, file.Floats("2", [2])])]);
        return file.Classify(file.Node("Add", [file.Node("Reshape", [maps, shape]), file.Node("Neg", [constant])]), 64);
    }

    private static GraphFile Composite()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3);
        var mean = file.Node("ReduceMean", [maps], ("axes", (long[])[1]));
        var centered = file.Node("Sub", [maps, mean]);
        var variance = file.Node("ReduceMean", [file.Node("Mul", [centered, centered])], ("axes", (long[])[1]));
        maps = file.Node("Div", [centered, file.Node("Sqrt", [file.Node("Add", [variance, file.Floats("epsilon", [1e-6f])])])]);
        var (even, odd) = (Half(file, maps, 0), Half(file, maps, 1));
        maps = file.Node("Max", [even, odd]);
        maps = file.Node("Sum", [maps, maps, maps]);
        return file.Classify(file.Node("GlobalAveragePool", [maps]), 2);
    }

    private static string Half(GraphFile file, string maps, long first) => file.Node("Slice",
        [maps, file.Integers($"start{first}", first), file.Integers($"end{first}", 4), file.Integers($"axis{first}", 1), file.Integers($"step{first}", 2)]);

    private static string Norm(GraphFile file, string maps, int channels, string name) => file.Node("BatchNormalization",
        [maps, file.DrawFrom(name + ".weight", 0.5f, 1, channels), file.Draw(name + ".bias", channels), file.Draw(name + ".running_mean", channels),
            file.DrawFrom(name + ".running_var", 0.5f, 1, channels)]);
}

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects activations in every form in which exporters write them, and that the library's own layers are found in what is several nodes.</summary>
[TestClass]
public sealed class ActivationImportTests
{
    private static readonly Dictionary<string, (int Opset, string Kind, Func<GraphFile, string, string> Write)> s_forms = new()
    {
        ["relu"] = (13, "relu", (file, x) => file.Node("Relu", [x])),
        ["leaky relu"] = (13, "leaky_relu", (file, x) => file.Node("LeakyRelu", [x], ("alpha", 0.2f))),
        ["leaky relu, default"] = (13, "leaky_relu", (file, x) => file.Node("LeakyRelu", [x])),
        ["prelu, a slope each"] = (13, "prelu", (file, x) => file.Node("PRelu", [x, file.DrawFrom("slopes", 0, 0.5f, 4, 1, 1)])),
        ["prelu, one slope"] = (9, "prelu", (file, x) => file.Node("PRelu", [x, file.Floats("slopes", [0.3f], 1)])),
        ["sigmoid"] = (13, "sigmoid", (file, x) => file.Node("Sigmoid", [x])),
        ["tanh"] = (13, "tanh", (file, x) => file.Node("Tanh", [x])),
        ["clip, attributes"] = (7, "relu6", (file, x) => file.Node("Clip", [x], ("min", 0f), ("max", 6f))),
        ["clip, inputs"] = (11, "relu6", (file, x) => file.Node("Clip", [x, file.Floats("least", [0]), file.Floats("most", [6])])),
        ["clip below alone"] = (13, "relu", (file, x) => file.Node("Clip", [x, file.Floats("least", [0])])),
        ["clip above alone"] = (13, "clip", (file, x) => file.Node("Clip", [x, "", file.Floats("most", [0.5f])])),
        ["clip above alone, attribute"] = (10, "clip", (file, x) => file.Node("Clip", [x], ("max", 0.5f))),
        ["clip, other bounds"] = (12, "clip", (file, x) => file.Node("Clip", [x, file.Floats("least", [-0.2f]), file.Floats("most", [0.3f])])),
        ["clip by constant nodes"] = (13, "relu6", (file, x) => file.Node("Clip",
            [x, file.Node("Constant", [], ("value_float", 0f)), file.Node("Constant", [], ("value_float", 6f))])),
        ["hard swish"] = (14, "hardswish", (file, x) => file.Node("HardSwish", [x])),
        ["hard swish of hard sigmoid"] = (13, "hardswish", (file, x) => file.Node("Mul", [x, file.Node("HardSigmoid", [x], ("alpha", 1f / 6))])),
        ["hard swish of clip"] = (11, "hardswish", (file, x) => file.Node("Div", [file.Node("Mul",
            [x, file.Node("Clip", [file.Node("Add", [x, file.Floats("three", [3])]), file.Floats("zero", [0]), file.Floats("six", [6])])]),
            file.Floats("by", [6])])),
        ["hard sigmoid of PyTorch"] = (13, "hardsigmoid", (file, x) => file.Node("HardSigmoid", [x], ("alpha", 1f / 6), ("beta", 0.5f))),
        ["hard sigmoid, default"] = (13, "clip", (file, x) => file.Node("HardSigmoid", [x])),
        ["hard sigmoid of clip"] = (7, "hardsigmoid", (file, x) => file.Node("Div",
            [file.Node("Clip", [file.Node("Add", [x, file.Floats("three", [3])])], ("min", 0f), ("max", 6f)), file.Floats("six", [6])])),
        ["swish"] = (13, "silu", (file, x) => file.Node("Mul", [file.Node("Sigmoid", [x]), x])),
        ["gelu"] = (20, "gelu", (file, x) => file.Node("Gelu", [x])),
        ["gelu of erf"] = (13, "gelu", (file, x) => file.Node("Mul", [file.Node("Mul",
            [x, file.Node("Add", [file.Node("Erf", [file.Node("Div", [x, file.Floats("root", [MathF.Sqrt(2)])])]), file.Floats("one", [1])])]),
            file.Floats("half", [0.5f])])),
        ["negative"] = (13, "negate", (file, x) => file.Node("Neg", [x])),
        ["factor and offset"] = (13, "affine", (file, x) => file.Node("Sub", [file.Floats("c", [0.5f]), file.Node("Mul", [x, file.Floats("f", [3])])])),
        ["identity and dropout"] = (13, "dropout", (file, x) => file.Node("Dropout", [file.Node("Identity", [x]), file.Floats("share", [0.25f])])),
        ["dropout, attribute"] = (10, "dropout", (file, x) => file.Node("Dropout", [x], ("ratio", 0.25f))),
        ["sum of several"] = (13, "add", (file, x) => file.Node("Sum", [x, file.Node("Relu", [x]), file.Node("Tanh", [x])])),
        ["local response"] = (13, "local_response_norm", (file, x) => file.Node("LRN", [x], ("size", 3), ("alpha", 0.3f), ("beta", 0.7f), ("bias", 2f))),
    };

    public static IEnumerable<string[]> Forms() => s_forms.Keys.Select(name => new[] { name });

    [TestMethod]
    [DynamicData(nameof(Forms))]
    public void An_activation_is_the_librarys_own_layer(string name)
    {
        var (opset, kind, write) = s_forms[name];
        var file = new GraphFile(opset, "N", 3, 8, 8);
        var maps = file.Node("Conv", [GraphFile.Input, file.DrawFrom("w", -1.5f, 1.5f, 4, 3, 3, 3)]);
        maps = write(file, maps);
        // A second convolution, so that what comes last in the table is not the end of the network.
        maps = file.Node("GlobalAveragePool", [file.Convolve(maps, 4, 6, 3)]);
        var kinds = HandFile.Check(file.Classify(maps, 6)).Kinds;
        Assert.Contains(kind, kinds.Skip(1).Take(kind == "add" ? 3 : kind == "clip" ? 2 : 1), string.Join(' ', kinds));
    }

    [TestMethod]
    [DataRow("HardSigmoid")]
    [DataRow("Sigmoid")]
    public void Squeeze_and_excitation_multiplies_the_channels(string gate)
    {
        foreach (var (first, isMean) in (List<(bool, bool)>)[(true, true), (false, true), (true, false), (false, false)])
        {
            var file = new GraphFile(17, "N", 3, 8, 8);
            var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 8, 3)]);
            var squeezed = isMean ? file.Node("ReduceMean", [maps], ("axes", (long[])[2, 3]), ("keepdims", 1)) : file.Node("GlobalAveragePool", [maps]);
            squeezed = file.Node("Relu", [file.Convolve(squeezed, 8, 2, 1)]);
            var scale = file.Node(gate, [file.Convolve(squeezed, 2, 8, 1)]);
            maps = file.Node("Mul", first ? [scale, maps] : [maps, scale]);
            maps = file.Node("GlobalAveragePool", [file.Convolve(maps, 8, 4, 3)]);
            Assert.Contains("multiply", HandFile.Check(file.Classify(maps, 4)).Kinds);
        }
    }

    [TestMethod]
    public void Squeeze_and_excitation_by_linear_layers_is_read()
    {
        // As networks that keep the channels last are converted: means as rows, and the factors brought to maps of one pixel.
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Relu", [file.Convolve(GraphFile.Input, 3, 8, 3)]);
        var row = file.Node("ReduceMean", [maps], ("axes", (long[])[2, 3]), ("keepdims", 0));
        row = file.Node("Relu", [file.Node("Gemm", [row, file.Draw("w1", 8, 2), file.Draw("b1", 2)])]);
        row = file.Node("Sigmoid", [file.Node("Gemm", [row, file.Draw("w2", 2, 8), file.Draw("b2", 8)])]);
        var scale = file.Node("Unsqueeze", [row, file.Integers("axes", 2, 3)]);
        HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Mul", [maps, scale])]), 8));
    }

    [TestMethod]
    public void Normalization_of_layers_in_pieces_is_found()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Transpose", [file.Convolve(GraphFile.Input, 3, 6, 3)], ("perm", (long[])[0, 2, 3, 1]));
        var mean = file.Node("ReduceMean", [maps], ("axes", (long[])[-1]));
        var centered = file.Node("Sub", [maps, mean]);
        var variance = file.Node("ReduceMean", [file.Node("Pow", [centered, file.Floats("two", [2])])], ("axes", (long[])[-1]));
        var deviation = file.Node("Sqrt", [file.Node("Add", [variance, file.Floats("epsilon", [1e-6f])])]);
        maps = file.Node("Add", [file.Node("Mul", [file.Node("Div", [centered, deviation]), file.DrawFrom("weight", 0.5f, 1.5f, 6)]), file.Draw("bias", 6)]);
        maps = file.Node("Transpose", [maps], ("perm", (long[])[0, 3, 1, 2]));
        var kinds = HandFile.Check(file.Classify(file.Node("GlobalAveragePool", [file.Node("Relu", [maps])]), 6)).Kinds;
        Assert.Contains("layer_norm2d", kinds);
    }
}

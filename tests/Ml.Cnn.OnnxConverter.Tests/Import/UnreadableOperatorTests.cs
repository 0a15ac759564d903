namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects the error for what no layer of the library does: it names the operator and the node.</summary>
[TestClass]
public sealed class UnreadableOperatorTests
{
    [TestMethod]
    [DataRow("Resize")]
    [DataRow("LSTM")]
    [DataRow("Einsum")]
    [DataRow("NonMaxSuppression")]
    [DataRow("QuantizeLinear")]
    [DataRow("InstanceNormalization")]
    [DataRow("Loop")]
    [DataRow("ConvTranspose")]
    [DataRow("GlobalMaxPool")]
    public void An_operator_outside_the_list_is_named_with_its_node(string name)
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node(name, [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        file.Last.Name = "/layer1/strange";
        var message = HandFile.Refusal(file.Classify(maps, 144));
        Assert.Contains($"the node '/layer1/strange' ({name}) is of an operator that the library has no layer for", message);
        Assert.Contains("hand.onnx", message);
    }

    [TestMethod]
    public void A_node_without_a_name_is_named_by_what_it_gives()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Node("Mish", [file.Convolve(GraphFile.Input, 3, 4, 3)]);
        file.Last.Name = "";
        Assert.Contains($"the node of '{maps}' (Mish)", HandFile.Refusal(file.Classify(maps, 144)));
    }

    [TestMethod]
    public void What_is_left_over_of_a_pattern_is_named()
    {
        foreach (var name in (string[])["Sqrt", "Reciprocal", "Erf"])
        {
            var file = new GraphFile(13, "N", 3, 8, 8);
            var maps = file.Node(name, [file.Convolve(GraphFile.Input, 3, 4, 3)]);
            Assert.Contains($"({name}) is none of the operators", HandFile.Refusal(file.Classify(maps, 144)));
        }
    }

    [TestMethod]
    public void Softmax_in_the_middle_is_named()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var row = file.Node("Softmax", [file.Node("Flatten", [file.Node("GlobalAveragePool", [file.Convolve(GraphFile.Input, 3, 4, 3)])])]);
        Assert.Contains("(Softmax) is softmax before the end of the network", HandFile.Refusal(file.Classify(row, 4)));
    }

    [TestMethod]
    public void Sums_that_spread_one_value_over_another_are_named()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        var maps = file.Convolve(GraphFile.Input, 3, 4, 3);
        maps = file.Node("Add", [maps, file.Node("GlobalAveragePool", [maps])]);
        Assert.Contains("(Add) adds values of other shapes", HandFile.Refusal(file.Classify(maps, 144)));
    }

    [TestMethod]
    public void What_mixes_images_is_named()
    {
        var file = new GraphFile(13, "N", 3, 8, 8);
        file.Classify(file.Node("Transpose", [GraphFile.Input], ("perm", (long[])[1, 0, 2, 3])), 192);
        Assert.Contains("the images must stay first", HandFile.Refusal(file));
        file = new GraphFile(13, "N", 3, 8, 8);
        file.Classify(file.Node("ReduceMean", [GraphFile.Input], ("axes", (long[])[0])), 192);
        Assert.Contains("(ReduceMean) takes means over the dimensions 0", HandFile.Refusal(file));
    }
}

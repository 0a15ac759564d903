namespace MlCnn.Cli.Tests;

/// <summary>The table of a network as people and programs get it.</summary>
[TestClass]
public sealed class SummaryTests : CliTest
{
    [TestMethod]
    public void The_table_of_LeNet_is_the_approved_one()
    {
        AssertApproved("summary-lenet5.txt", Run("summary", "--arch", "lenet5").Expect(0).Output);
        // One layer per line, for whoever compares two.
        AssertApproved("summary-lenet5.json", Run("summary", "--arch", "lenet5", "--json")
            .Expect(0).Output.Replace("{\"name\"", "\n{\"name\"", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_saved_model_has_the_table_of_its_network()
    {
        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip").Expect(0);
        Assert.AreEqual(Run("summary", "--arch", "lenet5", "--json").Expect(0).Output, Run("summary", "--model", "m.zip", "--json").Expect(0).Output);
    }

    [TestMethod]
    public void Classes_image_size_and_channels_make_another_network()
    {
        var summary = Run("summary", "--arch", "resnet18", "--classes", "5", "--image-size", "64", "--channels", "1", "--json").Expect(0).Json;
        AssertProperties(summary, "arch", "classes", "inputShape", "parameters", "multiplyAdds", "layers");
        Assert.AreEqual("[1,64,64]", summary.GetProperty("inputShape").GetRawText());
        Assert.AreEqual(5, summary.GetProperty("classes").GetInt32());
        Assert.AreEqual("[5]", summary.GetProperty("layers").EnumerateArray().Last().GetProperty("outputShape").GetRawText());
    }

    // The file in the source tree is what a person approved; a failure leaves what came beside the copy in the output.
    private static void AssertApproved(string name, string text)
    {
        var approved = Path.Join(AppContext.BaseDirectory, "TestData", name);
        var received = approved + ".received";
        File.WriteAllText(received, text.ReplaceLineEndings("\n").TrimEnd() + "\n");
        Assert.AreEqual(File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : "", File.ReadAllText(received),
            $"Compare with {received}.");
        File.Delete(received);
    }
}

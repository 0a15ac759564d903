namespace MlCnn.Cli.Tests;

/// <summary>What 'mlcnn evaluate' writes and compares beside its tables.</summary>
[TestClass]
public sealed class EvaluationReportTests : CliTest
{
    /// <summary>Protects the way from two models and a list of costs to a page, a file for programs and the same numbers on the console.</summary>
    [TestMethod]
    public void Two_models_and_costs_become_a_page()
    {
        Run("train", "--data", "digits:400", "--arch", "lenet5", "--epochs", "3", "--optimizer", "adam", "--seed", "1", "--out", "good.zip").Expect(0);
        Run("train", "--data", "digits:100", "--arch", "lenet5", "--epochs", "1", "--seed", "2", "--out", "bad.zip").Expect(0);
        File.WriteAllText(Path.Join(Folder, "costs.csv"), "actual,predicted,cost\n7,*,5\n7,1,2\n");
        var result = Run("evaluate", "--model", "good.zip", "--data", "digits:300", "--report", "r", "--against", "bad.zip", "--costs", "costs.csv", "--json")
            .Expect(0);
        var (json, evaluation) = (result.Json, result.Json.GetProperty("evaluation"));
        Assert.AreEqual(json.GetProperty("microAccuracy").GetDouble(), evaluation.GetProperty("topAccuracy")[0].GetProperty("value").GetDouble());
        Assert.AreEqual(json.GetProperty("perClass")[7].GetProperty("recall").GetDouble(),
            evaluation.GetProperty("classes")[7].GetProperty("recall").GetProperty("value").GetDouble());
        Assert.IsGreaterThan(0.5, evaluation.GetProperty("classes")[7].GetProperty("rocArea").GetDouble());
        Assert.IsGreaterThanOrEqualTo(1 - json.GetProperty("microAccuracy").GetDouble(),
            evaluation.GetProperty("costs").GetProperty("meanCost").GetProperty("value").GetDouble(), "no mistake costs less than 1");
        var comparison = evaluation.GetProperty("comparison");
        var other = Run("evaluate", "--model", "bad.zip", "--data", "digits:300", "--json").Expect(0).Json.GetProperty("microAccuracy").GetDouble();
        Assert.AreEqual(json.GetProperty("microAccuracy").GetDouble() - other, comparison.GetProperty("difference").GetProperty("value").GetDouble(), 1e-9);
        Assert.IsLessThan(0.05, comparison.GetProperty("pValue").GetDouble());

        Assert.Contains("MB", result.Error);
        var page = File.ReadAllText(Path.Join(Folder, "r", "report.html"));
        Assert.Contains("good.zip on digits:300", page);
        Assert.Contains("Against bad.zip", page);
        Assert.Contains("data:image/png;base64,", page);
        Assert.AreEqual(evaluation.GetRawText(), File.ReadAllText(Path.Join(Folder, "r", "report.json")));

        var table = Run("evaluate", "--model", "good.zip", "--data", "digits:300", "--against", "bad.zip", "--costs", "costs.csv").Expect(0).Output;
        Assert.Contains("Right alone", table);
        Assert.Contains("Cost of an image", table);
    }

    [TestMethod]
    public void What_cannot_be_compared_counted_or_written_is_said_before_images_are_scored()
    {
        Run("train", "--data", "digits:50", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip").Expect(0);
        string[] evaluate = ["evaluate", "--model", "m.zip", "--data", "digits:9"];
        File.WriteAllText(Path.Join(Folder, "costs.csv"), "actual,predicted,cost\nten,1,2\n");
        Assert.Contains("'ten'", Run([.. evaluate, "--costs", "costs.csv"]).Expect(1).Error);
        File.WriteAllText(Path.Join(Folder, "costs.csv"), "actual,predicted,cost\n7,1,much\n");
        Assert.Contains("--costs: 'costs.csv', line 2", Run([.. evaluate, "--costs", "costs.csv"]).Expect(1).Error);
        Assert.Contains("--costs", Run([.. evaluate, "--costs", "none.csv"]).Expect(1).Error);
        Assert.Contains("--against: there is no file", Run([.. evaluate, "--against", "none.zip"]).Expect(1).Error);
        Assert.Contains("--report", Run([.. evaluate, "--report", "costs.csv"]).Expect(1).Error);

        Images.Write(Path.Join(Folder, "data"), count: 60, seed: 1, ["zero", "one"], ".png");
        Run("train", "--data", "data", "--arch", "lenet5", "--epochs", "1", "--out", "words.zip").Expect(0);
        Assert.Contains("other classes", Run([.. evaluate, "--against", "words.zip"]).Expect(1).Error);
    }
}

namespace Ml.Cnn.Evaluation.Tests.Reports;

/// <summary>
/// Protects readers of report.html in headless Chromium: axe-core finds nothing to object to, at two widths, in light and dark; a number opens its images by
/// keyboard; nothing is wider than the window; and without a script.
/// </summary>
[TestClass]
public sealed class BrowserTests
{
    [TestMethod]
    [DataRow(1280, false)]
    [DataRow(1280, true)]
    [DataRow(400, false)]
    [DataRow(400, true)]
    public async Task AxeFindsNothingToObjectTo(int width, bool isDark)
    {
        using var folder = new TemporaryFolder();
        var mistake = Save(folder.Path);
        await using var opened = await OpenedPage.OpenAsync(Path.Join(folder.Path, CnnEvaluationReport.PageName), width, isDark);
        await opened.Page.EvaluateExpressionAsync($"location.hash = '{mistake}'");
        await opened.AssertAccessibleAsync($"evaluation-{width}-{(isDark ? "dark" : "light")}");
    }

    [TestMethod]
    public async Task ANumberOpensItsImagesByKeyboardAndTheWayBackClosesThem()
    {
        using var folder = new TemporaryFolder();
        var mistake = Save(folder.Path);
        await using var opened = await OpenedPage.OpenAsync(Path.Join(folder.Path, CnnEvaluationReport.PageName), 1280, isDark: false, runsScripts: false);
        Assert.IsFalse(await opened.IsShownAsync($"#{mistake}"));
        await opened.Page.FocusAsync($"table.matrix a[href='#{mistake}']");
        await opened.Page.Keyboard.PressAsync("Enter");
        Assert.IsTrue(await opened.IsShownAsync($"#{mistake}"));
        Assert.IsTrue(await opened.IsShownAsync($"#{mistake} img"));
        await opened.Page.GoBackAsync();
        Assert.IsFalse(await opened.IsShownAsync($"#{mistake}"));
    }

    // Gives a cell of the matrix beside its diagonal.
    private static string Save(string folder)
    {
        var (example, other) = (ExampleEvaluation.Small(300), ExampleEvaluation.Small(300, skill: 1, seed: 5));
        example.Evaluation.SaveReport(folder, new() { Images = example.Images, Against = other.Evaluation, AgainstTitle = "other.zip" });
        var mistake = example.Evaluation.WorstMistakes(1)[0];
        var names = example.Evaluation.ClassNames.ToList();
        return $"c{names.IndexOf(mistake.Actual)}-{names.IndexOf(mistake.Predicted)}";
    }
}

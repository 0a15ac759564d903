using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Evaluation.Reports;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>The page of a training.</summary>
internal static class TrainingPage
{
    public static string Write(CnnTransformer model, TrainingLogFiles? logs)
    {
        var last = model.History[^1];
        List<HtmlSection> sections = [new("summary", "Summary", Summary(model)), new("curves", "Curves", TrainingCharts.Write(model.History))];
        if (logs?.Classes.Count > 0)
            sections.Add(new("classes", "Each class", ClassCharts.Write(logs.Classes, BestEpoch(model.History))));
        if (logs?.Batch.Count > 0)
            sections.Add(new("batch", "What the network saw", BatchSection.Write(logs.Batch)));
        if (FilterSection.Write(model) is { } filters)
            sections.Add(new("filters", "First filters", filters));
        sections.Add(new("recipe", "Recipe", RecipeSection.Write(model)));
        var shape = model.Shape;
        return HtmlPage.Write($"Training of {model.Name}", string.Create(CultureInfo.InvariantCulture,
            $"{model.ClassNames.Count:#,0} classes · {shape.Channels} × {shape.Height} × {shape.Width} · {last.Epoch} of {last.Epochs} epochs"), sections);
    }

    /// <summary>The epoch whose weights the model has.</summary>
    public static CnnEpoch BestEpoch(IReadOnlyList<CnnEpoch> history) => history.LastOrDefault(epoch => epoch.IsBest) ?? history[^1];

    /// <summary>"60 %", beside an axis.</summary>
    public static string Tick(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.##} %");

    private static HtmlBuilder Summary(CnnTransformer model)
    {
        var (html, history) = (new HtmlBuilder(), model.History);
        var (best, last) = (BestEpoch(history), history[^1]);
        html.Element("p", best.ValidationAccuracy is { } accuracy
            ? $"{ReportFigures.Percent(accuracy)} of the validation images are named right by the weights of epoch {Number(best.Epoch)}, the best one."
            : $"{ReportFigures.Percent(last.Accuracy)} of the training images were named right in the last epoch, while it was learning. Nothing was "
                + "validated.",
            ("class", "lead"));
        html.Open("ul", ("class", "facts"));
        html.Element("li", End(model));
        html.Element("li", string.Create(CultureInfo.InvariantCulture, $"{last.Images:#,0} images an epoch, {last.Steps:#,0} steps in all, in ")
            + $"{Duration(history.Sum(epoch => epoch.Seconds))} of training at {Number(history.Average(epoch => epoch.ImagesPerSecond))} images/s.");
        if (Gap(best) is { } gap)
            html.Element("li", gap);
        return html.Close("ul");
    }

    private static string End(CnnTransformer model) => model.StopReason switch
    {
        StopReason.NoProgress => "It was ended early, since validation no longer improved.",
        StopReason.TimeBudgetSpent => "It was ended when its time was spent: more of it may help.",
        StopReason.Canceled => "It was canceled.",
        StopReason.LossNotFinite => "It was ended by a loss that was no finite number: lower the learning rate.",
        _ => "All epochs were trained.",
    };

    // A difference of ten points is more than chance on a hundred images, and more than augmentation takes away.
    private static string? Gap(CnnEpoch best) => best.ValidationAccuracy is { } validation && best.Accuracy - validation is > 0.1 and var gap
        ? string.Create(CultureInfo.InvariantCulture, $"Training images are named right {gap * 100:0} points more often than validation images: the network ")
            + "learns them by heart. Augmentation, pretrained weights, weight decay or more images help against that."
        : null;

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Duration(double seconds) => seconds switch
    {
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h"),
    };
}

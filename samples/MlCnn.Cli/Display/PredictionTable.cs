using Ml.Cnn.Transforms;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>The classes of images as a table: one line per image, the runners-up beside the winner, or why there is no class.</summary>
internal sealed class PredictionTable
{
    /// <summary>Runners-up below this say nothing.</summary>
    private const float Negligible = 0.0005f;

    private readonly Table _table = new() { Border = TableBorder.Simple };
    private readonly bool _anyOther;
    private readonly bool _anySet;

    /// <param name="anyOther">Whether there are runners-up.</param>
    /// <param name="coverage">The share of images whose set holds their class; null without sets.</param>
    public PredictionTable(bool anyOther, double? coverage)
    {
        (_anyOther, _anySet) = (anyOther, coverage is not null);
        _table.AddColumn("File");
        _table.AddColumn("Class");
        _table.AddColumn(new TableColumn("Probability").NoWrap().RightAligned());
        if (anyOther)
            _table.AddColumn("Then");
        if (_anySet)
            _table.AddColumn(FormattableString.Invariant($"Holds the class of {coverage * 100:0.#} %"));
    }

    public void Add(PredictionEntry prediction)
    {
        var others = prediction.Top.Skip(1).Where(other => other.Probability >= Negligible).Select(other => $"{other.Label} {Percent(other.Probability)}");
        AddRow(prediction.File, Markup.Escape(prediction.Label), Percent(prediction.Probability), string.Join(", ", others),
            prediction.Set is { Count: > 0 } set ? string.Join(", ", set) : "no class");
    }

    public void Add(BadImage image) => AddRow(image.File, $"[red]not scored: {Markup.Escape(image.Reason)}[/]", "", "", "");

    public void Write() => Messages.Output.Write(_table);

    private void AddRow(string file, string result, string probability, string others, string set)
    {
        List<string> cells = [Markup.Escape(file), result, probability];
        if (_anyOther)
            cells.Add(Markup.Escape(others));
        if (_anySet)
            cells.Add(Markup.Escape(set));
        _table.AddRow([.. cells]);
    }

    private static string Percent(float probability) => FormattableString.Invariant($"{probability * 100:0.0} %");
}

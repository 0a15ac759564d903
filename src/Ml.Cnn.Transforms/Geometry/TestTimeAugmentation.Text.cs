using System.Globalization;

namespace Ml.Cnn.Transforms;

public sealed partial record TestTimeAugmentation
{
    private const string ScalesWord = "scales";
    private const string GridWord = "grid";
    private const string ShiftWord = "shift";

    /// <summary>What <see cref="Parse"/> takes, for messages and help.</summary>
    public static string Forms => "none, flip, five, ten, grid3 (or another number), shift1 (pixels), "
        + "scales (or scales:1,1.143,1.286: multiples of the network's input), dense; several joined by +, and +logits to average logits, as in grid5+flip+scales";

    /// <summary>
    /// Reads the text form: words joined by "+". "none" or "center", "five", "ten" (five+flip), "gridN" and "dense" say which parts; "shiftN" adds parts that
    /// lie N pixels aside; "flip" adds mirror images; "scales" or "scales:1,1.5" give several sizes; "logits" averages logits.
    /// </summary>
    /// <param name="text">The text, in any case.</param>
    /// <exception cref="FormatException">The text says something else, or a number is outside its range.</exception>
    public static TestTimeAugmentation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parsed = None;
        foreach (var word in text.ToLowerInvariant().Split('+', StringSplitOptions.TrimEntries))
            parsed = parsed.With(word) ?? throw new FormatException($"'{word}' is no test-time augmentation. There are: {Forms}.");
        try
        {
            parsed.Validate();
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"In '{text}': {e.Message}", e);
        }
        return parsed;
    }

    /// <summary>The text form: "none", "five+flip", "grid3+scales:1,1.143+logits".</summary>
    public override string ToString()
    {
        var words = new List<string>();
        if (Crops != EvaluationCrops.Center)
            words.Add(Crops == EvaluationCrops.Grid ? FormattableString.Invariant($"{GridWord}{Grid}") : Crops.ToString().ToLowerInvariant());
        if (Shift > 0)
            words.Add(FormattableString.Invariant($"{ShiftWord}{Shift}"));
        if (Mirror)
            words.Add("flip");
        if (Scales.Count > 0)
            words.Add($"{ScalesWord}:{string.Join(',', Scales.Select(scale => scale.ToString("R", CultureInfo.InvariantCulture)))}");
        if (Average == ScoreAverage.Logits)
            words.Add("logits");
        return words.Count > 0 ? string.Join('+', words) : "none";
    }

    private TestTimeAugmentation? With(string word) => word switch
    {
        "none" or "center" => this,
        "flip" => this with { Mirror = true },
        "five" => this with { Crops = EvaluationCrops.Five },
        "ten" => this with { Crops = EvaluationCrops.Five, Mirror = true },
        "dense" => this with { Crops = EvaluationCrops.Dense },
        "logits" => this with { Average = ScoreAverage.Logits },
        ScalesWord => this with { Scales = DefaultScales },
        _ when word.StartsWith($"{ScalesWord}:", StringComparison.Ordinal) => WithScales(word[(ScalesWord.Length + 1)..].Split(',')),
        _ when word.StartsWith(ShiftWord, StringComparison.Ordinal) && int.TryParse(word.AsSpan(ShiftWord.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out var shift) => this with { Shift = shift },
        _ when word.StartsWith(GridWord, StringComparison.Ordinal) && int.TryParse(word.AsSpan(GridWord.Length), NumberStyles.None,
            CultureInfo.InvariantCulture, out var grid) => this with { Crops = EvaluationCrops.Grid, Grid = grid },
        _ => null,
    };

    private TestTimeAugmentation? WithScales(string[] numbers)
    {
        var scales = new double[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!double.TryParse(numbers[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out scales[i]))
                return null;
        }
        return this with { Scales = scales };
    }
}

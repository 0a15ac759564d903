namespace Ml.Cnn.Evaluation.Pages;

/// <summary>An axis of a chart.</summary>
internal sealed class ChartAxis
{
    private const int MostTicks = 6;

    private readonly double _low;
    private readonly double _high;

    /// <param name="title">What it measures, with its unit.</param>
    /// <param name="values">What it must show; at least one, and above 0 where it is logarithmic.</param>
    /// <param name="isLogarithmic">Whether equal distances are equal factors.</param>
    /// <param name="format">Writes a tick.</param>
    /// <param name="least">It does not begin below; null: wherever the values need it.</param>
    /// <param name="most">It does not end above.</param>
    public ChartAxis(string title, IEnumerable<double> values, bool isLogarithmic, Func<double, string> format, double? least = null, double? most = null)
    {
        (Title, IsLogarithmic, Format) = (title, isLogarithmic, format);
        var all = values.Select(Scaled).ToArray();
        var (low, high) = (all.Min(), all.Max());
        var margin = high > low ? (high - low) * 0.06 : isLogarithmic ? 0.3 : Math.Max(Math.Abs(high) * 0.1, 1e-3);
        (_low, _high) = (low - margin, high + margin);
        if (!isLogarithmic)
            (_low, _high) = (Math.Max(_low, least ?? _low), Math.Min(_high, most ?? _high));
    }

    public string Title { get; }

    public bool IsLogarithmic { get; }

    public Func<double, string> Format { get; }

    /// <summary>Where a value is, 0 at the axis's beginning and 1 at its end.</summary>
    public double Place(double value) => (Scaled(value) - _low) / (_high - _low);

    /// <summary>Round values.</summary>
    public IReadOnlyList<double> Ticks()
    {
        if (IsLogarithmic && LogarithmicTicks() is { Count: >= 2 } powers)
            return powers;
        var (low, high) = IsLogarithmic ? (Math.Exp(_low), Math.Exp(_high)) : (_low, _high);
        var step = RoundStep((high - low) / MostTicks);
        return [.. Enumerable.Range(0, MostTicks + 2).Select(i => (Math.Ceiling(low / step - 1e-9) + i) * step).Where(tick => tick <= high + step * 1e-9)];
    }

    // 1, 2 and 5 times powers of ten, or the powers alone where those are too many.
    private List<double> LogarithmicTicks()
    {
        var (first, last) = ((int)Math.Floor(_low / Math.Log(10)), (int)Math.Ceiling(_high / Math.Log(10)));
        foreach (double[] steps in (double[][])[[1, 2, 5], [1]])
        {
            var every = 1;
            while (true)
            {
                List<double> ticks = [.. Enumerable.Range(first, last - first + 1).Where(power => power % every == 0)
                    .SelectMany(power => steps.Select(step => step * Math.Pow(10, power))).Where(tick => Scaled(tick) >= _low && Scaled(tick) <= _high)];
                if (ticks.Count <= MostTicks)
                    return ticks;
                if (steps.Length > 1)
                    break;
                every++;
            }
        }
        return [];
    }

    private double Scaled(double value) => IsLogarithmic ? Math.Log(value) : value;

    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}

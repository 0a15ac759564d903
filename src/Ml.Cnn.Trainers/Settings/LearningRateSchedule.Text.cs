using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

// How schedules are written on command lines and in model.json.
public sealed partial class LearningRateSchedule
{
    private const string WarmUp = "warmup";
    private const string ConstantWarmUp = "warmup-constant";

    private sealed record Form(string Text, Func<double[], LearningRateSchedule?> Make);

    private static readonly Dictionary<string, Form> s_forms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["constant"] = new("constant", n => n is [] ? Constant : null),
        ["cosine"] = new("cosine", n => n is [] ? Cosine : null),
        ["cosinerestarts"] = new("cosinerestarts:EPOCHS[,FACTOR]", n =>
            n switch { [var first] => CosineRestarts(first), [var first, var factor] => CosineRestarts(first, factor), _ => null }),
        ["linear"] = new("linear", n => n is [] ? Linear : null),
        ["polynomial"] = new("polynomial[:POWER]", n => n switch { [] => Polynomial(), [var power] => Polynomial(power), _ => null }),
        ["step"] = new("step:EPOCHS[,FACTOR]", n => n switch { [var every] => Step(every), [var every, var factor] => Step(every, factor), _ => null }),
        ["multistep"] = new("multistep:EPOCH,…,FACTOR", n => n.Length >= 2 ? MultiStep(n[..^1], n[^1]) : null),
        ["drops"] = new("drops:SHARE,…,FACTOR", n => n.Length >= 2 ? Drops(n[..^1], n[^1]) : null),
        ["exponential"] = new("exponential:FACTOR", n => n is [var factor] ? Exponential(factor) : null),
        ["onecycle"] = new("onecycle[:RISING,START,END]", n =>
            n switch { [] => OneCycle(), [var rising, var start, var end] => OneCycle(rising, start, end), _ => null }),
        ["triangle"] = new("triangle[:RISING,START,END]", n =>
            n switch { [] => Triangle(), [var rising, var start, var end] => Triangle(rising, start, end), _ => null }),
        ["plateau"] = new("plateau[:FACTOR[,PATIENCE[,CHANGE]]]", n => n switch
        {
            [] => ReduceOnPlateau(),
            [var factor] => ReduceOnPlateau(factor),
            [var factor, var patience, .. { Length: <= 1 } change] when patience == Math.Floor(patience) && Math.Abs(patience) < int.MaxValue =>
                ReduceOnPlateau(factor, (int)patience, change is [var smallest] ? smallest : 1e-4),
            _ => null,
        }),
    };

    /// <summary>The forms that <see cref="Parse"/> takes: "cosine", "step:EPOCHS[,FACTOR]", …</summary>
    public static IReadOnlyList<string> Forms { get; } = [.. s_forms.Values.Select(form => form.Text)];

    /// <summary>Reads what <see cref="ToString"/> writes: "cosine", "step:30,0.1", "multistep:30,60,80,0.1", "cosine+warmup:5", "linear+warmup:5%".</summary>
    /// <param name="text">
    /// One of the <see cref="Forms"/>, with numbers in invariant form. Behind it may stand "+warmup:EPOCHS[,START]" or
    /// "+warmup-constant:EPOCHS[,START]", with a percent
    /// sign after the length if it is a share of all epochs. Case does not count.
    /// </param>
    /// <exception cref="FormatException">The text has none of the forms; the message names them.</exception>
    public static LearningRateSchedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            if (text.Split('+') is [var plain, .. { Length: <= 1 } warmUp]
                && NamedNumbers.Split(plain) is var (name, numbers) && s_forms.TryGetValue(name, out var form) && form.Make(numbers) is { } schedule
                && (warmUp is [] ? schedule : schedule.After(warmUp[0])) is { } whole)
                return whole;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"'{text}' is no learning-rate schedule: {e.Message.Split(" (Parameter")[0].Split(Environment.NewLine)[0]}", e);
        }
        throw new FormatException(
            $"'{text}' is no learning-rate schedule. There are: {string.Join(", ", Forms)}; each may be followed by +{WarmUp}:EPOCHS[,START].");
    }

    // Null where the text is no warm-up.
    private LearningRateSchedule? After(string text)
    {
        var isShare = text.Contains('%', StringComparison.Ordinal);
        if (NamedNumbers.Split(isShare ? text.Replace("%", "", StringComparison.Ordinal) : text) is not (var name, [var length, .. { Length: <= 1 } start]))
            return null;
        var isConstant = name.Equals(ConstantWarmUp, StringComparison.OrdinalIgnoreCase);
        if (!isConstant && !name.Equals(WarmUp, StringComparison.OrdinalIgnoreCase))
            return null;
        var startFactor = start is [var given] ? given : 0.01;
        return isShare ? WithWarmUpShare(length / 100, startFactor, isConstant) : WithWarmUp(length, startFactor, isConstant);
    }

    /// <summary>The schedule as <see cref="Parse"/> reads it; "custom" for a function of your own, which no text can tell.</summary>
    public override string ToString()
    {
        var length = _warmUpIsShare ? NamedNumbers.Text(_warmUp * 100) + "%" : NamedNumbers.Text(_warmUp);
        var warmUp = _warmUp > 0 ? $"+{(_warmUpIsConstant ? ConstantWarmUp : WarmUp)}:{length},{NamedNumbers.Text(_warmUpStart)}" : "";
        return NamedNumbers.Join(_name, _numbers) + warmUp;
    }
}

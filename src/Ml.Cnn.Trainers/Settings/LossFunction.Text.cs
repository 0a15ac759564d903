using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

// How losses are written on command lines and in model.json.
public sealed partial class LossFunction
{
    private sealed record Form(string Text, Func<double[], LossFunction?> Make);

    private static readonly Dictionary<string, Form> s_forms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cross-entropy"] = new("cross-entropy", n => n is [] ? CrossEntropy : null),
        ["focal"] = new("focal[:GAMMA]", n => n switch { [] => Focal(), [var gamma] => Focal(gamma), _ => null }),
        ["binary"] = new("binary[:SHARE]", n => n switch { [] => BinaryCrossEntropy(), [var share] => BinaryCrossEntropy(share), _ => null }),
        ["generalized"] = new("generalized[:Q]", n => n switch { [] => GeneralizedCrossEntropy(), [var q] => GeneralizedCrossEntropy(q), _ => null }),
        ["symmetric"] = new("symmetric[:ALPHA,BETA[,A]]", n => n switch
        {
            [] => SymmetricCrossEntropy(),
            [var alpha, var beta] => SymmetricCrossEntropy(alpha, beta),
            [var alpha, var beta, var logOfZero] => SymmetricCrossEntropy(alpha, beta, logOfZero),
            _ => null,
        }),
    };

    /// <summary>The forms that <see cref="Parse"/> takes: "cross-entropy", "focal[:GAMMA]", …</summary>
    public static IReadOnlyList<string> Forms { get; } = [.. s_forms.Values.Select(form => form.Text)];

    /// <summary>Reads what <see cref="ToString"/> writes: "focal:2", "symmetric:0.1,1,-4". Numbers that are left out have their defaults.</summary>
    /// <param name="text">One of the <see cref="Forms"/>, with numbers in invariant form. Case does not count.</param>
    /// <exception cref="FormatException">The text has none of the forms; the message names them.</exception>
    public static LossFunction Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            if (NamedNumbers.Split(text) is var (name, numbers) && s_forms.TryGetValue(name, out var form) && form.Make(numbers) is { } loss)
                return loss;
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"'{text}' is no loss: {e.Message.Split(" (Parameter")[0].Split(Environment.NewLine)[0]}", e);
        }
        throw new FormatException($"'{text}' is no loss. There are: {string.Join(", ", Forms)}.");
    }

    /// <summary>The loss as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => NamedNumbers.Join(_name, _numbers);
}

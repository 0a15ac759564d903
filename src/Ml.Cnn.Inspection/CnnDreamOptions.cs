using Ml.Cnn.Trainers;

namespace Ml.Cnn.Inspection;

/// <summary>What an image is made for by gradient ascent, and how.</summary>
public sealed class CnnDreamOptions
{
    /// <summary>
    /// The class whose logit is made large: one of <see cref="CnnClassifier.ClassNames"/>. Default: the first. Not together with <see cref="Layer"/>.
    /// </summary>
    public string? ClassName { get; set; }

    /// <summary>
    /// The layer whose channel is excited instead of a class, by its name in <see cref="Trainers.Inspection.CnnSummary"/>; a name that several layers begin
    /// with ("layer3") stands for the last of them. Default: none.
    /// </summary>
    public string? Layer { get; set; }

    /// <summary>The channel of <see cref="Layer"/>, from 0, the default.</summary>
    public int Channel { get; set; }

    /// <summary>Steps uphill, 1 or more. Default 256.</summary>
    public int Steps { get; set; } = 256;

    /// <summary>
    /// How far a pixel moves in a step, in levels of 255, where its gradient is as large as all gradients' root mean square: above 0. Falls to a tenth by the
    /// last step. Default 3.
    /// </summary>
    public double Rate { get; set; } = 3;

    /// <summary>
    /// The most pixels that the image is shifted by before a step, at random and each way, from 0 to below the network's input: keeps the pattern from
    /// depending on where it lies (Mordvintsev et al. 2015). Default: a sixteenth of the input's shorter side, 14 of 224.
    /// </summary>
    public int? Jitter { get; set; }

    /// <summary>
    /// The standard deviation in pixels of the Gaussian blur after every fourth step, which takes fine noise away (Yosinski et al. 2015, section 3): 0 for
    /// none, at most an eighth of the input's shorter side. Falls to a half by the last step. Default 1.
    /// </summary>
    public double Blur { get; set; } = 1;

    /// <summary>Of the shifts, and of the noise that the image starts from. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>Complains about the first value that makes no sense.</summary>
    /// <param name="options">The options.</param>
    /// <param name="side">The shorter side of the network's input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message says which.</exception>
    /// <exception cref="ArgumentException">A class and a layer are named.</exception>
    internal static void Validate(CnnDreamOptions options, int side)
    {
        if (options.ClassName is not null && options.Layer is not null)
            throw new ArgumentException($"Name a {nameof(ClassName)} or a {nameof(Layer)}: an image is made for one of them.", nameof(options));
        if (options.Layer is null && options.Channel != 0)
            throw new ArgumentException($"{nameof(Channel)} {options.Channel} needs a {nameof(Layer)}.", nameof(options));
        if (options.Channel < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Channel, $"{nameof(Channel)} must be at least 0.");
        if (options.Steps < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Steps, $"{nameof(Steps)} must be at least 1.");
        if (!(options.Rate > 0 && double.IsFinite(options.Rate)))
            throw new ArgumentOutOfRangeException(nameof(options), options.Rate, $"{nameof(Rate)} must be above 0.");
        if (options.Jitter is { } jitter && (jitter < 0 || jitter >= side))
            throw new ArgumentOutOfRangeException(nameof(options), jitter, $"{nameof(Jitter)} must be from 0 to {side - 1} pixels, below the network's input.");
        if (!(options.Blur >= 0 && options.Blur <= side / 8.0))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Blur,
                FormattableString.Invariant($"{nameof(Blur)} must be from 0 to {side / 8.0:0.##} pixels."));
        }
    }
}

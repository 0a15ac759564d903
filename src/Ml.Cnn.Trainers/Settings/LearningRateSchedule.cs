using System.Globalization;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// How the learning rate changes from step to step: a factor of <see cref="CnnTrainerOptions.LearningRate"/> as a function of how much of the training is
/// done. Immutable; <c>Schedule = LearningRateSchedule.Cosine.WithWarmUp(5)</c>.
/// </summary>
/// <remarks>
/// Epochs are counted in fractions: halfway through the third epoch, 2.5 are done. Schedules that span training (<see cref="Cosine"/>, <see cref="Linear"/>,
/// <see cref="Polynomial"/>, <see cref="Exponential"/>, <see cref="OneCycle"/>, <see cref="Triangle"/>) span what a warm-up leaves of it; milestones count from
/// the start of training.
/// </remarks>
public sealed partial class LearningRateSchedule
{
    private const string DropsName = "drops";
    private const string CustomName = "custom";
    private const string ExponentialName = "exponential";

    private readonly string _name;
    private readonly double[] _numbers;
    private readonly Func<double, double, double> _factor; // of the epochs done and all epochs
    private bool _spansTraining;
    private double _warmUp; // in epochs, or as a share of them
    private bool _warmUpIsShare;
    private double _warmUpStart;
    private bool _warmUpIsConstant;

    private LearningRateSchedule(string name, double[] numbers, Func<double, double, double> factor) => (_name, _numbers, _factor) = (name, numbers, factor);

    /// <summary>The same at every step.</summary>
    public static LearningRateSchedule Constant { get; } = new("constant", [], (_, _) => 1);

    /// <summary>Half a cosine down to 0 (Loshchilov and Hutter 2016, equation 5, without restarts).</summary>
    public static LearningRateSchedule Cosine { get; } = Spanning("cosine", [], share => 0.5 * (1 + Math.Cos(Math.PI * share)));

    /// <summary>
    /// Half a cosine down to 0, again and again, each as many times as long as the one before: warm restarts (Loshchilov and Hutter 2016, equation 5). At the
    /// end of every cycle the network is as good as a training of that length leaves it, and how long training goes on need not be known: a training can be
    /// resumed with more epochs. A last cycle for which there are not epochs enough is shorter and comes down to 0 as well, where the paper's ends at a high
    /// rate.
    /// </summary>
    /// <param name="firstCycle">The first one's length in epochs, above 0; a fraction is allowed.</param>
    /// <param name="factor">How many times as long each cycle is as the one before, 1 or more. Default 2. With 3, cycles of 1 epoch, 3, 9 and 27 end behind
    /// epochs 1, 4, 13 and 40.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static LearningRateSchedule CosineRestarts(double firstCycle, double factor = 2)
    {
        RequireAbove0(firstCycle, nameof(firstCycle));
        if (factor is not (>= 1 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(nameof(factor), factor, "1 or more");
        return new("cosinerestarts", [firstCycle, factor], (done, all) => 0.5 * (1 + Math.Cos(Math.PI * ShareOfCycle(done, all, firstCycle, factor))));
    }

    /// <summary>A straight line down to 0.</summary>
    public static LearningRateSchedule Linear { get; } = Spanning("linear", [], share => 1 - share);

    /// <summary>
    /// Whether the rate at a step depends on how many epochs training has in all. Where it does not, training can be resumed with more of them.
    /// </summary>
    internal bool DependsOnEpochs => (_spansTraining && _name != ExponentialName) || _warmUpIsShare || _name == DropsName;

    /// <summary>Whether a text is that of a schedule that <see cref="Parse"/> reads, and not of a function of the user's own.</summary>
    internal static bool IsText(string text) => text != CustomName && !text.StartsWith(CustomName + "+", StringComparison.Ordinal);

    /// <summary>What a plateau of the loss does; null for schedules that do not look at it.</summary>
    internal PlateauRule? Plateau { get; private init; }

    /// <summary>(1 − share of training done) to a power (as in Chen et al. 2016, DeepLab, section 4.1).</summary>
    /// <param name="power">Above 0. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The power is not above 0.</exception>
    public static LearningRateSchedule Polynomial(double power = 2)
    {
        RequireAbove0(power, nameof(power));
        return Spanning("polynomial", [power], share => Math.Pow(1 - share, power));
    }

    /// <summary>Multiplied by a factor every so many epochs.</summary>
    /// <param name="everyEpochs">Above 0; a fraction is allowed.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not above 0.</exception>
    public static LearningRateSchedule Step(double everyEpochs, double factor = 0.1)
    {
        RequireAbove0(everyEpochs, nameof(everyEpochs));
        RequireAbove0(factor, nameof(factor));
        return new("step", [everyEpochs, factor], (done, _) => Math.Pow(factor, Math.Floor(done / everyEpochs + Rounding)));
    }

    /// <summary>Multiplied by a factor at each milestone.</summary>
    /// <param name="milestones">In epochs from the start of training, above 0 and rising; fractions are allowed.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no milestones, they do not rise, or a number is not above 0.</exception>
    public static LearningRateSchedule MultiStep(IReadOnlyList<double> milestones, double factor = 0.1)
    {
        RequireRising(milestones, double.MaxValue);
        RequireAbove0(factor, nameof(factor));
        return new("multistep", [.. milestones, factor], (done, _) => Math.Pow(factor, milestones.Count(milestone => done >= milestone - Rounding)));
    }

    /// <summary>As <see cref="MultiStep"/>, with milestones as shares of all epochs: how papers scale to any length.</summary>
    /// <param name="shares">Above 0, below 1 and rising.</param>
    /// <param name="factor">Above 0. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no shares, they do not rise or lie outside 0 to 1, or the factor is not above 0.</exception>
    public static LearningRateSchedule Drops(IReadOnlyList<double> shares, double factor = 0.1)
    {
        RequireRising(shares, 1);
        RequireAbove0(factor, nameof(factor));
        return new(DropsName, [.. shares, factor], (done, all) => Math.Pow(factor, shares.Count(share => done >= share * all - Rounding)));
    }

    /// <summary>Multiplied by a factor over each epoch, a little at every step.</summary>
    /// <param name="factor">Per epoch, above 0: 0.94 every two epochs (Szegedy et al. 2015, section 8) is 0.97.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not above 0.</exception>
    public static LearningRateSchedule Exponential(double factor)
    {
        RequireAbove0(factor, nameof(factor));
        return new(ExponentialName, [factor], (done, _) => Math.Pow(factor, done)) { _spansTraining = true };
    }

    /// <summary>
    /// Up to the learning rate and down to almost 0, both along half a cosine: one cycle, as PyTorch's OneCycleLR has it (Smith and Topin 2017,
    /// "Super-convergence"). The momentum stays.
    /// </summary>
    /// <param name="risingShare">The part of training in which the rate rises, above 0 and below 1. Default 0.3.</param>
    /// <param name="startFactor">Where it starts, above 0 and at most 1. Default 1/25.</param>
    /// <param name="endFactor">Where it ends, 0 or more and at most 1. Default 1/250,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static LearningRateSchedule OneCycle(double risingShare = 0.3, double startFactor = 1.0 / 25, double endFactor = 1.0 / 250_000)
    {
        if (risingShare is not (> 0 and < 1))
            throw OptionCheck.Wrong(nameof(risingShare), risingShare, "above 0 and below 1");
        if (startFactor is not (> 0 and <= 1))
            throw OptionCheck.Wrong(nameof(startFactor), startFactor, "above 0 and at most 1");
        if (endFactor is not (>= 0 and <= 1))
            throw OptionCheck.Wrong(nameof(endFactor), endFactor, "0 or more and at most 1");
        return Spanning("onecycle", [risingShare, startFactor, endFactor], share => share < risingShare
            ? Between(startFactor, 1, share / risingShare)
            : Between(1, endFactor, (share - risingShare) / (1 - risingShare)));

        static double Between(double from, double to, double share) => to + (from - to) * 0.5 * (1 + Math.Cos(Math.PI * share));
    }

    /// <summary>
    /// Up to the learning rate and down again, both along a straight line (Smith and Topin 2017, "Super-convergence", one cycle of section 3; with these
    /// defaults Jordan 2024, section 3.4).
    /// </summary>
    /// <param name="risingShare">The part of training in which the rate rises, above 0 and below 1. Default 0.23.</param>
    /// <param name="startFactor">Where it starts, from 0 to 1. Default 0.2.</param>
    /// <param name="endFactor">Where it ends, from 0 to 1. Default 0.07.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static LearningRateSchedule Triangle(double risingShare = 0.23, double startFactor = 0.2, double endFactor = 0.07)
    {
        if (risingShare is not (> 0 and < 1))
            throw OptionCheck.Wrong(nameof(risingShare), risingShare, "above 0 and below 1");
        if (startFactor is not (>= 0 and <= 1))
            throw OptionCheck.Wrong(nameof(startFactor), startFactor, "from 0 to 1");
        if (endFactor is not (>= 0 and <= 1))
            throw OptionCheck.Wrong(nameof(endFactor), endFactor, "from 0 to 1");
        return Spanning("triangle", [risingShare, startFactor, endFactor], share => share < risingShare
            ? double.Lerp(startFactor, 1, share / risingShare)
            : double.Lerp(1, endFactor, (share - risingShare) / (1 - risingShare)));
    }

    /// <summary>
    /// Multiplied by a factor whenever the loss has not fallen for some epochs, as the AlexNet, VGG and ResNet papers had it. The validation set's loss
    /// is watched; without one, the training loss.
    /// </summary>
    /// <param name="factor">Above 0 and below 1. Default 0.1.</param>
    /// <param name="patience">Epochs without a fall that are let pass, 0 or more. Default 10.</param>
    /// <param name="minimumChange">By what share of itself the lowest loss so far must fall to count, from 0 to below 1. Default 0.0001.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static LearningRateSchedule ReduceOnPlateau(double factor = 0.1, int patience = 10, double minimumChange = 1e-4)
    {
        if (factor is not (> 0 and < 1))
            throw OptionCheck.Wrong(nameof(factor), factor, "above 0 and below 1");
        if (patience < 0)
            throw OptionCheck.Wrong(nameof(patience), patience, "0 or more");
        if (minimumChange is not (>= 0 and < 1))
            throw OptionCheck.Wrong(nameof(minimumChange), minimumChange, "from 0 to below 1");
        return new("plateau", [factor, patience, minimumChange], (_, _) => 1) { Plateau = new(factor, patience, minimumChange) };
    }

    /// <summary>A function of your own.</summary>
    /// <param name="factor">Takes the epochs done, from 0 to all of them, and returns what the learning rate is multiplied by there, 0 or more.
    /// Called at every step; training fails where it returns something else.</param>
    public static LearningRateSchedule Custom(Func<double, double> factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return new(CustomName, [], (done, _) => factor(done) is >= 0 and < double.PositiveInfinity and var wanted ? wanted
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The learning-rate schedule's function returned {factor(done)} after {done} "
            + $"epochs; it must return numbers of 0 or more.")));
    }

    /// <summary>The same schedule after a warm-up in which the rate rises in a straight line (Goyal et al. 2017, section 2.2), or stays low.</summary>
    /// <param name="epochs">Above 0; a fraction is allowed. Training must be longer.</param>
    /// <param name="startFactor">The factor at the start, from 0 to 1. Default 0.01.</param>
    /// <param name="isConstant">Whether the factor stays at its start until the warm-up is over, as for ResNet-110 (He et al. 2015, section 4.2).
    /// Default: no.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LearningRateSchedule WithWarmUp(double epochs, double startFactor = 0.01, bool isConstant = false)
    {
        RequireAbove0(epochs, nameof(epochs));
        return After(epochs, isShare: false, startFactor, isConstant);
    }

    /// <summary>As <see cref="WithWarmUp"/>, with the warm-up's length as a share of all epochs.</summary>
    /// <param name="share">Above 0 and below 1.</param>
    /// <param name="startFactor">The factor at the start, from 0 to 1. Default 0.01.</param>
    /// <param name="isConstant">Whether the factor stays at its start until the warm-up is over. Default: no.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LearningRateSchedule WithWarmUpShare(double share, double startFactor = 0.01, bool isConstant = false)
    {
        if (share is not (> 0 and < 1))
            throw OptionCheck.Wrong(nameof(share), share, "above 0 and below 1");
        return After(share, isShare: true, startFactor, isConstant);
    }

    private LearningRateSchedule After(double warmUp, bool isShare, double startFactor, bool isConstant)
    {
        if (startFactor is not (>= 0 and <= 1))
            throw OptionCheck.Wrong(nameof(startFactor), startFactor, "from 0 to 1");
        return new(_name, _numbers, _factor)
        {
            Plateau = Plateau,
            _spansTraining = _spansTraining,
            _warmUp = warmUp,
            _warmUpIsShare = isShare,
            _warmUpStart = startFactor,
            _warmUpIsConstant = isConstant,
        };
    }

    /// <summary>How long the warm-up is, in epochs; 0 without one.</summary>
    /// <param name="epochs">All of them.</param>
    internal double WarmUpEpochs(double epochs) => _warmUpIsShare ? _warmUp * epochs : _warmUp;

    /// <summary>What the learning rate is multiplied by.</summary>
    /// <param name="epochsDone">From 0 to <paramref name="epochs"/>.</param>
    /// <param name="epochs">All of them.</param>
    internal double Factor(double epochsDone, double epochs)
    {
        var warmUp = WarmUpEpochs(epochs);
        if (epochsDone < warmUp - Rounding)
            return _warmUpIsConstant ? _warmUpStart : _warmUpStart + (1 - _warmUpStart) * epochsDone / warmUp;
        return _spansTraining ? _factor(Math.Max(0, epochsDone - warmUp), epochs - warmUp) : _factor(epochsDone, epochs);
    }

    // How much of the cycle that is under way is done, from 0 to below 1.
    private static double ShareOfCycle(double done, double epochs, double first, double factor)
    {
        // n cycles end behind first · (factorⁿ − 1) / (factor − 1) epochs.
        var cycle = factor == 1 ? Math.Floor(done / first + Rounding) : Math.Floor(Math.Log(1 + done / first * (factor - 1), factor) + Rounding);
        var start = factor == 1 ? cycle * first : first * (Math.Pow(factor, cycle) - 1) / (factor - 1);
        var length = first * Math.Pow(factor, cycle);
        if (epochs - start > Rounding)
            length = Math.Min(length, epochs - start);
        return Math.Clamp((done - start) / length, 0, 1);
    }

    // A milestone falls on a step although the sum of the steps' shares of an epoch was rounded.
    private const double Rounding = 1e-9;

    private static LearningRateSchedule Spanning(string name, double[] numbers, Func<double, double> factorOfShare) =>
        new(name, numbers, (done, all) => factorOfShare(Math.Clamp(done / all, 0, 1))) { _spansTraining = true };

    private static void RequireAbove0(double number, string name)
    {
        if (number is not (> 0 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(name, number, "above 0");
    }

    private static void RequireRising(IReadOnlyList<double> milestones, double below)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        if (milestones.Count == 0 || milestones.Any(m => !(m > 0 && m < below)) || milestones.Zip(milestones.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            throw OptionCheck.Wrong(nameof(milestones), string.Join(", ", milestones), $"rising numbers above 0{(below <= 1 ? " and below 1" : "")}");
    }
}

/// <summary>When and by how much a plateau of the loss lowers the learning rate.</summary>
/// <param name="Factor">What the rate is multiplied by.</param>
/// <param name="Patience">Epochs without a fall that are let pass.</param>
/// <param name="MinimumChange">The share of the lowest loss so far that counts as a fall.</param>
internal sealed record PlateauRule(double Factor, int Patience, double MinimumChange);

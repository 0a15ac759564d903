namespace Ml.Cnn.Trainers;

/// <summary>
/// What there is to know of an optimizer: its defaults and the options that it understands. An option of <see cref="CnnTrainerOptions"/> whose default
/// is null here is none of the optimizer's, and setting it is refused.
/// </summary>
public sealed class OptimizerInfo
{
    private OptimizerInfo(Optimizer optimizer) => Optimizer = optimizer;

    /// <summary>Every optimizer.</summary>
    public static IReadOnlyList<OptimizerInfo> All { get; } =
    [
        new(Optimizer.Sgd) { Momentum = 0.9, HasNesterov = true },
        new(Optimizer.Adam)
        {
            LearningRate = 0.001,
            Beta1 = 0.9,
            Beta2 = 0.999,
            Epsilon = 1e-8,
        },
        new(Optimizer.AdamW)
        {
            LearningRate = 0.001,
            WeightDecay = 0.01,
            Beta1 = 0.9,
            Beta2 = 0.999,
            Epsilon = 1e-8,
        },
        // Those of the MobileNets and EfficientNets (Tan and Le 2019, section 5.2: decay 0.9 and momentum 0.9).
        new(Optimizer.RmsProp) { LearningRate = 0.001, Momentum = 0.9, Alpha = 0.9, Epsilon = 1e-3 },
        new(Optimizer.Lars) { LearningRate = 1, Momentum = 0.9 },
        new(Optimizer.Lamb)
        {
            LearningRate = 0.001,
            WeightDecay = 0.01,
            Beta1 = 0.9,
            Beta2 = 0.999,
            Epsilon = 1e-6,
        },
    ];

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The default of <see cref="CnnTrainerOptions.LearningRate"/>; null: the network's own.</summary>
    public double? LearningRate { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.WeightDecay"/>; null: the network's own.</summary>
    public double? WeightDecay { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.Momentum"/>; null: the optimizer has none.</summary>
    public double? Momentum { get; private init; }

    /// <summary>Whether there is <see cref="CnnTrainerOptions.Nesterov"/>.</summary>
    public bool HasNesterov { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.Beta1"/>; null: the optimizer has none.</summary>
    public double? Beta1 { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.Beta2"/>; null: the optimizer has none.</summary>
    public double? Beta2 { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.Epsilon"/>; null: the optimizer has none.</summary>
    public double? Epsilon { get; private init; }

    /// <summary>The default of <see cref="CnnTrainerOptions.Alpha"/>; null: the optimizer has none.</summary>
    public double? Alpha { get; private init; }

    /// <summary>The options that not every optimizer has, and that are null where the user leaves them to the optimizer.</summary>
    internal static IReadOnlyList<OptimizerConstant> Constants { get; } =
    [
        new(nameof(Beta1), info => info.Beta1),
        new(nameof(Beta2), info => info.Beta2),
        new(nameof(Epsilon), info => info.Epsilon),
        new(nameof(Alpha), info => info.Alpha),
    ];

    /// <summary>What there is to know of one optimizer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such optimizer.</exception>
    public static OptimizerInfo Of(Optimizer optimizer) => All.FirstOrDefault(info => info.Optimizer == optimizer)
        ?? throw new ArgumentOutOfRangeException(nameof(optimizer), optimizer, "This optimizer is not known.");

    /// <summary>The optimizer's name.</summary>
    public override string ToString() => Optimizer.ToString();
}

/// <summary>A number of some optimizers.</summary>
/// <param name="Name">The option's.</param>
/// <param name="Default">An optimizer's; null where it does not use the number.</param>
internal sealed record OptimizerConstant(string Name, Func<OptimizerInfo, double?> Default);

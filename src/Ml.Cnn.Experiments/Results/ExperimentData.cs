namespace Ml.Cnn.Experiments.Results;

/// <summary>What an experiment trained on and measured with, as far as its report and the winner's code tell it.</summary>
internal sealed record ExperimentData
{
    /// <summary>How the images lie there.</summary>
    public required ExperimentDataForm Form { get; init; }

    /// <summary>As the command's --data takes it; null where the data came as a data view.</summary>
    public string? Source { get; init; }

    /// <summary>As the command's --validation takes it; null without a validation set of its own, and where it came as a data view.</summary>
    public string? ValidationSource { get; init; }

    /// <summary>Whether there is a validation set of its own.</summary>
    public bool HasValidationSet { get; init; }

    /// <summary>The share of each class that is kept apart; null where there is a validation set, or folds.</summary>
    public double? ValidationFraction { get; init; }

    /// <summary>How many folds take turns to validate; null without folds.</summary>
    public int? Folds { get; init; }

    /// <summary>Fixes which images the fraction or the folds are.</summary>
    public int SplitSeed { get; init; }

    /// <summary>The classes' names, in the order of the scores.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    public long TrainingImages { get; init; }

    public long ValidationImages { get; init; }
}

/// <summary>How the images of an experiment lie.</summary>
internal enum ExperimentDataForm
{
    /// <summary>A folder with a subfolder for each class, or a list of paths and labels.</summary>
    Files,

    /// <summary>A tar or zip archive of such folders.</summary>
    Archive,

    /// <summary>MNIST's files.</summary>
    Mnist,

    /// <summary>CIFAR-10's binary files.</summary>
    Cifar10,

    /// <summary>CIFAR-100's binary files.</summary>
    Cifar100,

    /// <summary>Drawn digits.</summary>
    Digits,
}

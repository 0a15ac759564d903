namespace Ml.Cnn.Experiments.Settings;

/// <summary>Where rungs end if the user does not say: by how much the data lets a network see.</summary>
internal static class RungDefaults
{
    /// <summary>What a network must have seen before it is worth comparing: some hundred steps of the usual batches.</summary>
    private const long FirstRungImages = 8_000;

    /// <summary>On a handful of images more passes than this say how well a network learns them by heart.</summary>
    private const int MostFirstEpochs = 30;

    /// <summary>The share of a budget in images that the first rungs of all networks take at most.</summary>
    private const double FirstRungsShare = 1.0 / 3;

    private const int UsualMaximum = 40;

    /// <param name="images">To train on, in an epoch.</param>
    /// <param name="budget">Of the experiment.</param>
    /// <param name="trainings">How many are to come to the first rung: of each network one, or one for each fold.</param>
    /// <param name="factor">Of each cycle's length to the one before.</param>
    /// <param name="maximumEpochs">The user's; null: none.</param>
    public static int FirstEpochs(long images, ExperimentBudget budget, int trainings, int factor, int? maximumEpochs)
    {
        var epochs = (FirstRungImages + images - 1) / images;
        if (budget.MaximumImages is { } most)
            epochs = Math.Min(epochs, (long)(FirstRungsShare * most / trainings / images));
        if (maximumEpochs is { } last)
            epochs = Math.Min(epochs, last / ThreeCycles(factor));
        return (int)Math.Clamp(epochs, 1, MostFirstEpochs);
    }

    /// <summary>Three rungs, or what is usual where that is more.</summary>
    public static int MaximumEpochs(int firstEpochs, int factor) =>
        (int)Math.Max(UsualMaximum, Math.Min((long)firstEpochs * ThreeCycles(factor), int.MaxValue));

    private static int ThreeCycles(int factor) => (int)Math.Min(1 + factor + (long)factor * factor, int.MaxValue);
}

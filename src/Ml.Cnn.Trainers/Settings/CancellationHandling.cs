namespace Ml.Cnn.Trainers;

/// <summary>What Fit does when <see cref="CnnTrainerOptions.CancellationToken"/> is canceled while it trains.</summary>
public enum CancellationHandling
{
    /// <summary>It returns the best model so far. Before the first step there is none, and it throws.</summary>
    ReturnBest,

    /// <summary>It throws an <see cref="OperationCanceledException"/>, as .NET's own methods do. Checkpoints stay.</summary>
    Throw,
}

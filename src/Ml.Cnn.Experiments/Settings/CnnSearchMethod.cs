namespace Ml.Cnn.Experiments;

/// <summary>How an experiment chooses what to try.</summary>
public enum CnnSearchMethod
{
    /// <summary>
    /// Many trials are begun and the best go on (asynchronous successive halving, Li et al. 2018); where results are known, new ones are drawn where good
    /// ones were (TPE, Bergstra et al. 2011).
    /// </summary>
    SuccessiveHalving,

    /// <summary>Random configurations, each trained to the end at once: for comparison (Bergstra and Bengio 2012).</summary>
    Random,

    /// <summary>Each network at its defaults, all trained alike: which network, and no search for hyperparameters.</summary>
    EqualShares,
}

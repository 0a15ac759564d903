namespace Ml.Cnn.Experiments;

/// <summary>What became of a trial.</summary>
public enum CnnTrialStatus
{
    /// <summary>Waiting to be trained, or being trained.</summary>
    Running,

    /// <summary>Trained as far as the experiment wanted; it might be trained further if there were more budget.</summary>
    Completed,

    /// <summary>Held back by the user until it is resumed.</summary>
    Paused,

    /// <summary>Given up by the user.</summary>
    Skipped,

    /// <summary>Given up by the search, since it could not win any more.</summary>
    Stopped,

    /// <summary>Exceeds a limit of parameters, size or latency.</summary>
    OverLimit,

    /// <summary>Its loss was not a number.</summary>
    NotFinite,

    /// <summary>Took more memory than there is, also with the smallest batch.</summary>
    OutOfMemory,

    /// <summary>Ended by an error, such as an image that cannot be read.</summary>
    Failed,
}

namespace Ml.Cnn.Experiments;

/// <summary>Whether an experiment's networks start from published weights.</summary>
public enum PretrainedWeightsUse
{
    /// <summary>Those whose file is in the cache; the others from random weights. Such networks come first.</summary>
    WhereCached,

    /// <summary>All for which there are any; files that are missing are downloaded.</summary>
    Download,

    /// <summary>None: all networks start from random weights.</summary>
    Never,
}

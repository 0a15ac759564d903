namespace Ml.Cnn.Trainers;

/// <summary>What an image that cannot be decoded does.</summary>
public enum BadImageHandling
{
    /// <summary>Once the pass over the data is over, an error names every bad image.</summary>
    Fail,

    /// <summary>Bad images are left out, counted and listed.</summary>
    Skip,
}

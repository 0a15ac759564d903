namespace Ml.Cnn.DataQuality;

/// <summary>What a report proposes to do about a finding; the table of findings has it as a word that can be changed by hand.</summary>
public enum DataProblemAction
{
    /// <summary>A person should look; nothing is changed.</summary>
    Review,

    /// <summary>Leave the image out.</summary>
    Exclude,

    /// <summary>Give the image the proposed class, or leave it out.</summary>
    Relabel,
}

namespace Ml.Cnn.Trainers;

/// <summary>The sizes of ConvNeXt.</summary>
public enum ConvNeXtVariant
{
    /// <summary>29 million parameters.</summary>
    Tiny,

    /// <summary>50 million parameters.</summary>
    Small,

    /// <summary>89 million parameters.</summary>
    Base,

    /// <summary>198 million parameters.</summary>
    Large,
}

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>What a copy makes of its program's output.</summary>
internal enum CopyOutput
{
    /// <summary>A row of numbers per image.</summary>
    Values,

    /// <summary>The softmax of a row.</summary>
    Probabilities,

    /// <summary>The mean of each channel of a feature map.</summary>
    ChannelMeans,
}

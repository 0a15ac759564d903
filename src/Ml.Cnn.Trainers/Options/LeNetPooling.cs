namespace Ml.Cnn.Trainers;

/// <summary>How LeNet halves its feature maps.</summary>
public enum LeNetPooling
{
    /// <summary>The largest of each 2 × 2 pixels.</summary>
    Max,
    /// <summary>Their mean, as in 1998 (there with a trained factor and offset).</summary>
    Average,
}

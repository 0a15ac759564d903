namespace Ml.Cnn.Transforms;

/// <summary>The two parts in which data sets such as MNIST and CIFAR are published.</summary>
public enum DataSplit
{
    /// <summary>The images to train with.</summary>
    Train,

    /// <summary>The images to test with, none of which is in the other part.</summary>
    Test,
}

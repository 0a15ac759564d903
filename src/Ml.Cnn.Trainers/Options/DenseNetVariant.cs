namespace Ml.Cnn.Trainers;

/// <summary>What images a DenseNet was designed for.</summary>
public enum DenseNetVariant
{
    /// <summary>ImageNet's, 224 × 224 pixels (Huang et al. 2016, table 1).</summary>
    ImageNet,

    /// <summary>CIFAR's, 32 × 32 pixels, with growth rate 12 (Huang et al. 2016, table 2).</summary>
    Cifar,
}

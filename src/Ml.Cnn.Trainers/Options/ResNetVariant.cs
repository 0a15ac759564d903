namespace Ml.Cnn.Trainers;

/// <summary>The kinds of residual networks.</summary>
public enum ResNetVariant
{
    /// <summary>As first published (He et al. 2015).</summary>
    Original,

    /// <summary>With grouped 3 × 3 convolutions (Xie et al. 2016).</summary>
    ResNeXt,

    /// <summary>With twice the channels in the 3 × 3 convolutions (Zagoruyko and Komodakis 2016).</summary>
    Wide,

    /// <summary>The original's layers without shortcuts, for comparison (He et al. 2015, §3.3).</summary>
    Plain,

    /// <summary>For CIFAR's images of 32 × 32 pixels (He et al. 2015, §4.2).</summary>
    Cifar,

    /// <summary>The layers of the networks for CIFAR without shortcuts.</summary>
    PlainCifar,
}

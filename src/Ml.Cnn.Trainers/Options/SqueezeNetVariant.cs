namespace Ml.Cnn.Trainers;

/// <summary>The published SqueezeNets.</summary>
public enum SqueezeNetVariant
{
    /// <summary>Version 1.0, the paper's (Iandola et al. 2016, table 1).</summary>
    V1_0,

    /// <summary>Version 1.1, the authors' later one, which pools earlier and takes 2.4 times less computation.</summary>
    V1_1,
}

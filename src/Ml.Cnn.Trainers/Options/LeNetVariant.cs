namespace Ml.Cnn.Trainers;

/// <summary>The forms of LeNet-5.</summary>
public enum LeNetVariant
{
    /// <summary>As courses write it today: ReLU, maximum pooling, a linear output.</summary>
    Course,

    /// <summary>As published (LeCun et al. 1998): scaled tanh, trained subsampling, distances from fixed codes.</summary>
    Published,
}

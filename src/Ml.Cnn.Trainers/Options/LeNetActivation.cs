namespace Ml.Cnn.Trainers;

/// <summary>The activation of LeNet's layers.</summary>
public enum LeNetActivation
{
    /// <summary>max(0, x): trains fastest.</summary>
    Relu,
    /// <summary>1 / (1 + exp(−x)), as courses show it.</summary>
    Sigmoid,
    /// <summary>The hyperbolic tangent, as in 1998 (there scaled by 1.7159).</summary>
    Tanh,
}

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>What an operator does with 8-bit integers, as far as runtimes have kernels for it.</summary>
internal enum OperationRole
{
    /// <summary>There is no such kernel: it is computed in float32.</summary>
    Float,

    /// <summary>A sum of products with constant weights, which is what quantization makes fast.</summary>
    Product,

    /// <summary>A kernel between quantized values, worth its rounding where products follow.</summary>
    Between,

    /// <summary>Numbers go to other places, or some are left out: the output has the input's scale.</summary>
    Move,

    /// <summary>Bounds, which the range of what is rounded has already: gone where it follows an integer kernel.</summary>
    Clamp,
}

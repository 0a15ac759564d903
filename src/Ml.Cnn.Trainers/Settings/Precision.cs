namespace Ml.Cnn.Trainers;

/// <summary>How precise the arithmetic of training is. Weights, gradients' sums, batch normalization and the loss are float32 always.</summary>
public enum Precision
{
    /// <summary>
    /// For a larger network bfloat16, on CPUs with instructions for it (AVX512-BF16, AMX) and on GPUs, where the network's operations gain by
    /// it; else float32. Decided by rule, never by the clock: see <see cref="CnnTrainingPlan"/>. Small networks take float32.
    /// </summary>
    Auto,

    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>Convolutions and linear layers multiply in bfloat16.</summary>
    BFloat16,

    /// <summary>
    /// Convolutions and linear layers multiply in float16, and the loss is scaled so that small gradients are not lost (Micikevicius et al.
    /// 2017). CUDA only.
    /// </summary>
    Float16,
}

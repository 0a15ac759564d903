namespace Ml.Cnn.Trainers;

/// <summary>How a trained network computes scores: see <see cref="CnnTransformer.WithScoring"/>. Saved with the model.</summary>
public sealed record CnnScoringOptions
{
    /// <summary>
    /// The type of values and weights. <see cref="Precision.Float32"/>: scores within 1e-5 of the network's own.
    /// <see cref="Precision.BFloat16"/>: on CPUs with instructions for it and on GPUs, about twice as fast for a larger network, and half the memory;
    /// elsewhere float32, with a warning. A small network such as LeNet, which gains nothing, takes float32. <see cref="Precision.Float16"/>: on CUDA
    /// devices. Default <see cref="Precision.Auto"/>: float32, and, if <see cref="AllowReducedPrecision"/> says so, what is faster where the model is used.
    /// </summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>
    /// Whether <see cref="Precision.Auto"/> may choose bfloat16 (on a CUDA device float16), if that is faster: both are timed when the first image is
    /// scored. <c>mlcnn evaluate --precision</c> tells what it costs in accuracy. Default false.
    /// </summary>
    public bool AllowReducedPrecision { get; init; }

    /// <summary>
    /// Whether a copy is prepared for scoring, which takes up to a second when the first image is scored, and memory for another set of weights. Default
    /// true; false: the network is computed layer by layer, in float32.
    /// </summary>
    public bool Compile { get; init; } = true;
}

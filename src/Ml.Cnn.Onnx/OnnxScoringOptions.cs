namespace Ml.Cnn.Onnx;

/// <summary>How ONNX Runtime computes a network.</summary>
public sealed record OnnxScoringOptions
{
    /// <summary>
    /// Where: "cpu"; "cuda" or "cuda:N", an NVIDIA GPU, with the package Microsoft.ML.OnnxRuntime.Gpu; "dml" or "dml:N", a GPU on Windows, with
    /// Microsoft.ML.OnnxRuntime.DirectML; "auto", a GPU if the program's package of ONNX Runtime can compute on one, else the CPU. Default "auto".
    /// </summary>
    /// <remarks>
    /// <c>MLContext.GpuDeviceId</c> says which GPU "auto", "cuda" and "dml" mean; with <c>MLContext.FallbackToCpu</c>, the CPU stands in for a GPU that is not
    /// there, with a warning.
    /// </remarks>
    public string Device { get; init; } = "auto";

    /// <summary>Cores that one pass over images uses on the CPU, 1 or more. Default null: all.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// The most images of a pass, 1 or more: more take more memory. Default null: 32, 64 where images have at most 4096 numbers or on a GPU.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate()
    {
        if (!Engine.ExecutionDevice.IsValidName(Device))
            throw new ArgumentOutOfRangeException(nameof(Device), Device, "A device is \"auto\", \"cpu\", \"cuda\", \"cuda:N\", \"dml\" or \"dml:N\".");
        if (Threads is < 1)
            throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "Threads must be 1 or more.");
        if (BatchSize is < 1)
            throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "A batch must be 1 image or more.");
    }
}

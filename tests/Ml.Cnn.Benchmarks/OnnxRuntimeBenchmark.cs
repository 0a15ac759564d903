using Microsoft.ML.OnnxRuntime;

namespace Ml.Cnn.Benchmarks;

/// <summary>
/// ONNX Runtime's forward pass, with its best settings: every optimization, all cores for one operation, inputs and outputs in reused memory.
/// </summary>
internal static class OnnxRuntimeBenchmark
{
    public static void Run(string file, int size, int channels, int batch, int threads, double seconds)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
        };
        using var session = new InferenceSession(file, options);
        using var run = new RunOptions();
        var random = new Random(1);
        var pixels = new float[(long)batch * channels * size * size];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = random.NextSingle();
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [batch, channels, size, size]);
        var scores = new float[batch * session.OutputMetadata.Values.Single().Dimensions[1]];
        using var output = OrtValue.CreateTensorValueFromMemory(scores, [batch, scores.Length / batch]);
        ScoringBenchmark.Time(() => session.Run(run, [.. session.InputMetadata.Keys], [input], [.. session.OutputMetadata.Keys], [output]), batch, seconds);
    }
}

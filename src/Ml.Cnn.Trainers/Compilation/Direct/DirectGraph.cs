using System.Collections.Concurrent;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>
/// A network of cheap layers, such as MobileNet, computed image by image by .NET's own vector instructions on libtorch's threads: its layers are so short
/// that calls and waiting take a part of the time, and its maps so large for their work that memory takes another. Any number of threads may run it at once.
/// </summary>
internal sealed unsafe class DirectGraph : CompiledNetwork
{
    private static int s_running; // images that are computed at this moment, by all graphs

    private readonly ConcurrentBag<DirectRun> _runs = [];
    private readonly DirectStep[] _steps;
    private readonly DirectValue _result;
    private readonly CopyOutput _output;
    private readonly long _memory;

    /// <param name="steps">The steps; the first takes the image.</param>
    /// <param name="output">What is made of the last one's output.</param>
    /// <param name="images">Images of the batches that it is used for, 0 for all.</param>
    public DirectGraph(IReadOnlyList<DirectStep> steps, CopyOutput output, int images)
    {
        (_steps, _output) = ([.. steps], output);
        _result = _steps[^1].Output;
        _memory = DirectMemory.Arrange(steps, _result);
        Description = new()
        {
            Method = CnnScoringMethod.Direct,
            Precision = Precision.Float32,
            Images = images,
            WeightBytes = _steps.Sum(step => step.WeightBytes),
        };
    }

    public override CnnScoringCopy Description { get; }

    /// <summary>Numbers that come of an image.</summary>
    public int Length => _result.Channels;

    public override void Run(PixelBatch images, Span<float> output)
    {
        var threads = get_num_threads();
        var shared = threads == 1 ? 0 : images.Count / threads * threads; // images that threads do whole, without waiting for each other
        if (shared > 0)
            RunEach(images, shared, output, threads);
        for (var image = shared; image < images.Count; image++)
            Run(images.Image(image), output.Slice(image * Length, Length), threads);
    }

    private void RunEach(PixelBatch images, int count, Span<float> output, int threads)
    {
        fixed (float* to = output)
        {
            var results = (nint)to;
            LibtorchTeam.For(count, threads, image =>
                Run(images.Image(image), new((float*)results + (long)image * Length, Length), threads: 1));
        }
    }

    /// <summary>Computes an image.</summary>
    /// <param name="image">Height × width × channels.</param>
    /// <param name="output">Takes <see cref="Length"/> numbers.</param>
    /// <param name="threads">How many threads may work at it, no more than libtorch uses. What is computed does not depend on it.</param>
    public void Run(ReadOnlySpan<float> image, Span<float> output, int threads)
    {
        if (!_runs.TryTake(out var run))
            run = new(_steps, _memory);
        // Where several images are computed at once, they share the cores.
        var running = Interlocked.Increment(ref s_running);
        try
        {
            fixed (float* from = image)
                run.Compute(from, Math.Max(1, threads / running));
        }
        finally
        {
            Interlocked.Decrement(ref s_running);
        }
        new ReadOnlySpan<float>(_result.At(run.Memory, 0), Length).CopyTo(output);
        _runs.Add(run);
        if (_output != CopyOutput.Probabilities)
            return;
        TensorPrimitives.Subtract(output, TensorPrimitives.Max(output), output); // e to a large power is infinite
        TensorPrimitives.SoftMax(output, output);
    }

    public override void Dispose() { } // managed memory
}

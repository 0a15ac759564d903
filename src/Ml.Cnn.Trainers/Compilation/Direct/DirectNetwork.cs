using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>
/// A small network, such as LeNet, computed by .NET's own vector instructions: where a layer takes microseconds, a call into libtorch takes longer than the
/// arithmetic. Any number of threads may run it at once.
/// </summary>
internal sealed unsafe class DirectNetwork : CompiledNetwork
{
    private const long WorthACore = 4_000_000; // multiply-adds, about 100 µs

    private const int ImagesAtOnce = 12; // a multiple of the kernels' six positions, and few enough for a core's cache

    private readonly DirectOperation[] _operations;
    private readonly ConcurrentBag<Workspace> _workspaces = [];
    private readonly MapSize _input;

    private readonly CopyOutput _output;
    private readonly long _multiplyAdds;

    private DirectNetwork(MapSize input, DirectOperation[] operations, CopyOutput output, long multiplyAdds)
    {
        (_input, _operations, _output, _multiplyAdds) = (input, operations, output, multiplyAdds);
        Description = new()
        {
            Method = CnnScoringMethod.Direct,
            Precision = Precision.Float32,
            Images = 0,
            WeightBytes = operations.OfType<DirectProduct>().Sum(product => product.Bytes),
        };
    }

    /// <summary>Whether the processor has the vector instructions that this takes.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    public override CnnScoringCopy Description { get; }

    /// <summary>Numbers that come of an image.</summary>
    public int Length => _operations[^1].Output.Length;

    /// <summary>Compiles a program of layers that follow one another. The network's weights are copied.</summary>
    /// <exception cref="NotSupportedException">Something is not known here; the message says what.</exception>
    public static DirectNetwork Of(FusedProgram program, CopyOutput output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var input = SizeOf(program.Source);
        var (size, last, isFlat) = (input, program.Source, false);
        var operations = new List<DirectOperation>();
        foreach (var operation in program.Operations)
        {
            if (operation.Addend is not null || operation.Node.Inputs.Count != 1 || program.Value(operation.Node.Inputs[0]) != last)
                throw new NotSupportedException($"{operation.Node.Name} takes more than the value before it");
            last = operation.Output;
            if (operation.Node.Kind == LayerKinds.Flatten)
            {
                isFlat = true; // numbers stay where they are: the next layer's weights are brought into their order
                continue;
            }
            if (isFlat && operation.Node.Kind is not (LayerKinds.Linear or LayerKinds.DropConnect))
                throw new NotSupportedException($"{operation.Node.Name} follows a flattening");
            isFlat = false;
            var activation = operation.Activation?.Kind;
            operations.Add(Make(operation, size, rectified: activation == LayerKinds.ReLU));
            size = operations[^1].Output;
            if (activation is not null && !(activation == LayerKinds.ReLU && operations[^1] is DirectProduct))
                operations.Add(MakeActivation(operation.Activation!, size));
        }
        if (isFlat || operations.Count == 0 || last != program.Output || size.Height * size.Width != 1)
            throw new NotSupportedException("the output is no row of numbers");
        var multiplyAdds = program.Operations.Sum(operation => operation.Node.MultiplyAdds);
        return new(input, [.. operations], output, multiplyAdds);
    }

    public override void Run(PixelBatch images, Span<float> output)
    {
        Run(images.Images(0, images.Count), output, (int)Math.Clamp(images.Count * _multiplyAdds / WorthACore, 1, Environment.ProcessorCount));
        if (_output != CopyOutput.Probabilities)
            return;
        for (var row = output; row.Length > 0; row = row[Length..])
        {
            var scores = row[..Length];
            TensorPrimitives.Subtract(scores, TensorPrimitives.Max(scores), scores); // e to a large power is infinite
            TensorPrimitives.SoftMax(scores, scores);
        }
    }

    public override void Dispose() { } // managed memory

    /// <summary>Computes images.</summary>
    /// <param name="images">N × height × width × channels, one behind the other.</param>
    /// <param name="output">Takes N × <see cref="Length"/> numbers.</param>
    /// <param name="threads">How many threads may work at it.</param>
    public void Run(ReadOnlySpan<float> images, Span<float> output, int threads)
    {
        var count = images.Length / _input.Length;
        fixed (float* from = images, to = output)
        {
            if (threads <= 1 || count <= ImagesAtOnce)
            {
                Run(from, to, 0, count);
                return;
            }
            var (input, results) = ((nint)from, (nint)to);
            var blocks = (count + ImagesAtOnce - 1) / ImagesAtOnce;
            var each = (blocks + threads - 1) / threads * ImagesAtOnce;
            Parallel.For(0, threads, thread => Run((float*)input, (float*)results, Math.Min(count, thread * each), Math.Min(count, (thread + 1) * each)));
        }
    }

    private void Run(float* images, float* output, int first, int end)
    {
        if (!_workspaces.TryTake(out var workspace))
        {
            workspace = new(Math.Max(_input.Length, _operations.Max(operation => operation.Output.Length)),
                _operations.Max(operation => operation.Scratch));
        }
        for (; first < end; first += ImagesAtOnce)
        {
            var count = Math.Min(ImagesAtOnce, end - first);
            float* input = workspace.First, next = workspace.Second;
            new ReadOnlySpan<float>(images + (long)first * _input.Length, count * _input.Length).CopyTo(new(input, count * _input.Length));
            foreach (var operation in _operations)
            {
                operation.Run(count, input, next, workspace.Scratch);
                var made = next;
                next = input;
                input = made;
            }
            new ReadOnlySpan<float>(input, count * Length).CopyTo(new(output + (long)first * Length, count * Length));
        }
        _workspaces.Add(workspace);
    }

    private static DirectOperation Make(FusedOperation operation, MapSize size, bool rectified)
    {
        var layer = operation.Node.Description!;
        switch (layer.Kind)
        {
            case LayerKinds.Conv2d when layer.Get<int>(LayerAttributes.Groups) == 1 && layer.Get<Size2d>(LayerAttributes.Dilation) == 1:
            case LayerKinds.ConnectionTableConv2d:
                var filters = FoldedWeights.Weight(operation).cpu().permute(0, 2, 3, 1).contiguous();
                return new DirectProduct(size, filters, FoldedWeights.Bias(operation)?.cpu(), layer.Get<Size2d>(LayerAttributes.Stride),
                    layer.Get<Size2d>(LayerAttributes.Padding), rectified);
            case LayerKinds.Linear or LayerKinds.DropConnect:
                var matrix = FoldedWeights.Weight(operation).cpu();
                var rows = matrix.view(matrix.size(0), size.Channels, size.Height, size.Width).permute(0, 2, 3, 1).reshape(matrix.size(0), 1, 1, size.Length);
                return new DirectProduct(new(1, 1, size.Length), rows, FoldedWeights.Bias(operation)?.cpu(), 1, 0, rectified);
            case LayerKinds.MaxPool2d or LayerKinds.AvgPool2d
                when layer.Get<Size2d>(LayerAttributes.Padding) == 0 && !layer.Get<bool>(LayerAttributes.CeilMode):
                return new DirectPool(size, SizeOf(operation.Node), layer.Get<Size2d>(LayerAttributes.Kernel), layer.Get<Size2d>(LayerAttributes.Stride),
                    maximum: layer.Kind == LayerKinds.MaxPool2d);
            case LayerKinds.AdaptiveAvgPool2d when layer.Get<Size2d>(LayerAttributes.Output) == 1:
                return new DirectPool(size, SizeOf(operation.Node), new(size.Height, size.Width), new(size.Height, size.Width), maximum: false);
            default:
                return MakeActivation(operation.Node, size);
        }
    }

    private static DirectActivation MakeActivation(GraphNode node, MapSize size) => DirectActivation.Knows(node.Kind)
        ? new(size, node.Kind)
        : throw new NotSupportedException($"the layer {node.Name} is of the kind '{node.Kind}'");

    private static MapSize SizeOf(GraphNode node) => node.Shape.PerImage switch
    {
        [var channels, var height, var width] => new(height, width, channels),
        [var length] => new(1, 1, length),
        _ => throw new NotSupportedException($"the shape of {node.Name} is {node.Shape}"),
    };

    /// <summary>Memory for the values of a few images, used again and again.</summary>
    private sealed class Workspace(int length, int scratch)
    {
        private readonly float[] _memory = GC.AllocateArray<float>(2 * Numbers(length) + scratch, pinned: true);

        public float* First => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);

        public float* Second => First + Numbers(length);

        public float* Scratch => Second + Numbers(length);

        private static int Numbers(int length) => ImagesAtOnce * length + DirectOperation.Slack;
    }
}

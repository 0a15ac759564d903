using System.Diagnostics;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>What is computed: the network whole, or up to a layer.</summary>
/// <param name="Layer">The layer's name in the graph; null: the network's output.</param>
/// <param name="Output">What is made of that.</param>
/// <param name="Options">How.</param>
internal sealed record CopyRequest(string? Layer, CopyOutput Output, CnnScoringOptions Options)
{
    /// <summary>Whether the network is applied at every place of images of any size: see <see cref="DenseProgram"/>.</summary>
    public bool IsDense { get; init; }
}

/// <summary>The copies of a network that compute scores: each is made when it is first wanted, once, and shared by all threads.</summary>
/// <param name="network">The network in evaluation mode, whose weights do not change any more.</param>
/// <param name="name">The network's name, for messages.</param>
/// <param name="shape">Its input and output.</param>
/// <param name="plan">Where it runs.</param>
internal sealed class NetworkCopies(Module<Tensor, Tensor> network, string name, NetworkShape shape, ExecutionPlan plan) : IDisposable
{
    // Below this many multiply-adds an image, calls into libtorch take longer than the arithmetic.
    private const long WorthACall = 4_000_000;

    // Below this many multiply-adds a weight, a batch is computed layer by layer, so that each weight comes from memory once (MobileNet v3 small at 224 × 224:
    // 22 uses, 33 ms for 32 images by the library's kernels and 43 by oneDNN; MobileNet v2 at 64 × 64: 7 uses, 20 and 17 ms).
    private const long UsesOfAWeight = 16;

    // What float32 and the order of additions may differ by, as a share of the output's norm. More says that a copy is wrong.
    private const double LargestDifference = 1e-3;
    private const double LargestReducedDifference = 0.2;

    private readonly List<RequestCopies> _copies = []; // in the order in which they were wanted: few, so that they are looked through
    private readonly Lock _lock = new();
    private readonly Lazy<NetworkGraph> _graph = new(() => NetworkGraph.Trace(network, shape));

    /// <summary>The copies that were made so far.</summary>
    public IReadOnlyList<CnnScoringCopy> Descriptions
    {
        get
        {
            lock (_lock)
                return [.. _copies.SelectMany(copies => copies.Made).Select(copy => copy.Description)];
        }
    }

    /// <summary>The copy for a request, made if there is none yet. While one is made, others compute.</summary>
    /// <param name="request">What is computed.</param>
    /// <param name="images">Images in the batch: there is a copy for single images and one for all other batches, whose weights are in another order.</param>
    /// <param name="warn">Takes warnings.</param>
    public CompiledNetwork Get(CopyRequest request, int images, Action<string> warn)
    {
        var copies = CopiesFor(request);
        var isSingle = images == 1 || plan.Cost.ScoringBatch == 1;
        if (copies.Find(isSingle) is { } ready)
            return ready;
        lock (copies.Making)
        {
            if (copies.Find(isSingle) is { } made)
                return made;
            var copy = Make(request, isSingle ? 1 : plan.Cost.ScoringBatch, warn);
            copies.Add(copy, isSingle);
            return copy;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var copy in _copies.SelectMany(copies => copies.Made))
                copy.Dispose();
            _copies.Clear();
        }
    }

    private RequestCopies CopiesFor(CopyRequest request)
    {
        lock (_lock)
        {
            foreach (var copies in _copies)
            {
                if (copies.Request == request)
                    return copies;
            }
            var added = new RequestCopies(request);
            _copies.Add(added);
            return added;
        }
    }

    private CompiledNetwork Make(CopyRequest request, int images, Action<string> warn)
    {
        if (request.IsDense)
            return MakeDense(request, images, warn);
        var part = request.Layer is null ? null : _graph.Value.UpTo(_graph.Value.Find(request.Layer)!);
        var layers = new LayeredNetwork(part is null ? network.forward : part.Run, plan, request.Output, "not to be compiled");
        if (!request.Options.Compile)
            return layers;
        if (part is null && !_graph.Value.IsComplete)
            return layers.Because($"the library does not know {_graph.Value.Missing[0]}");
        try
        {
            return Compile(part ?? _graph.Value.Program(), request, images, layers, warn);
        }
        catch (NotSupportedException e)
        {
            return layers.Because(e.Message);
        }
        catch (ExternalException e)
        {
            warn($"{name}: scores are computed layer by layer, since libtorch did not take the network's compiled copy: {e.Message}");
            return layers.Because("libtorch did not take its compiled copy");
        }
    }

    private CompiledNetwork MakeDense(CopyRequest request, int images, Action<string> warn)
    {
        var program = DenseProgram.Of(_graph.Value);
        var layers = new LayeredNetwork(program.Run, plan, request.Output, "not to be compiled");
        if (!request.Options.Compile)
            return layers;
        try
        {
            using var mode = inference_mode();
            var type = Types(request.Options, warn)[0];
            var usesOneDnn = plan.Device.type == TorchSharp.DeviceType.CPU && OneDnnFusion.IsSupported;
            var copy = ScriptedNetwork.Of(program, new(images, type, usesOneDnn) { IsOfAnySize = true }, request.Output, plan.Device);
            return Checked(copy, layers, type == ScalarType.Float32 ? LargestDifference : LargestReducedDifference, warn);
        }
        catch (Exception e) when (e is NotSupportedException or ExternalException)
        {
            return layers.Because(e.Message);
        }
    }

    private CompiledNetwork Compile(GraphProgram program, CopyRequest request, int images, LayeredNetwork layers, Action<string> warn)
    {
        using var mode = inference_mode();
        var candidates = Types(request.Options, warn);
        List<CompiledNetwork> copies = [];
        var isSmall = plan.Cost.MultiplyAdds < WorthACall && plan.Device.type == TorchSharp.DeviceType.CPU && DirectNetwork.IsSupported;
        if (isSmall && TryDirect(program, request.Output) is { } direct)
            return Checked(direct, layers, LargestDifference, warn);
        if (candidates[0] == ScalarType.Float32 && TryGraph(program, request.Output, images, candidates.Length == 1) is { } graph)
            (copies, candidates) = ([Checked(graph, layers, LargestDifference, warn)], candidates[1..]);
        var usesOneDnn = plan.Device.type == TorchSharp.DeviceType.CPU && OneDnnFusion.IsSupported;
        copies.AddRange(candidates.Select(type => Checked(ScriptedNetwork.Of(program, new(images, type, usesOneDnn), request.Output, plan.Device), layers,
            type == ScalarType.Float32 ? LargestDifference : LargestReducedDifference, warn)));
        var fastest = copies.Count == 1 ? copies[0] : copies.MinBy(copy => Milliseconds(copy, images, LengthOf(program, request.Output)))!;
        foreach (var copy in copies.Where(copy => copy != fastest))
            copy.Dispose();
        return fastest;
    }

    private static int LengthOf(GraphProgram program, CopyOutput output)
    {
        var shape = program.Output.Shape.PerImage;
        return output == CopyOutput.ChannelMeans ? shape[0] : shape.Aggregate(1, (product, length) => product * length);
    }

    private static DirectNetwork? TryDirect(GraphProgram program, CopyOutput output)
    {
        try
        {
            return DirectNetwork.Of(new(program), output);
        }
        catch (NotSupportedException)
        {
            return null; // libtorch knows more
        }
    }

    // A network whose layers are short, as steps of the library's own kernels. It serves batches as well, unless maps are so small that its weights, which
    // pass by once for each image, are used only a few times; or a coarser type may be quicker, so that each batch has its own winner.
    private DirectGraph? TryGraph(GraphProgram program, CopyOutput output, int images, bool isAlone)
    {
        if (plan.Device.type != TorchSharp.DeviceType.CPU || DirectVectors.All is not [var vectors, ..])
            return null;
        var suitsBatches = plan.Cost.MultiplyAdds >= UsesOfAWeight * network.parameters().Sum(parameter => parameter.numel());
        if (images > 1 && !suitsBatches)
            return null;
        try
        {
            return DirectGraphBuilder.Build(new(program), output, vectors, isAlone && suitsBatches ? 0 : images);
        }
        catch (NotSupportedException)
        {
            return null; // libtorch knows more
        }
    }

    // The types that come into question, float32 first.
    private ScalarType[] Types(CnnScoringOptions options, Action<string> warn)
    {
        var isCuda = plan.Device.type == TorchSharp.DeviceType.CUDA;
        var hasBFloat16 = isCuda || OneDnn.ComputesInBFloat16;
        switch (options.Precision)
        {
            case Precision.BFloat16 when hasBFloat16:
                return [ScalarType.BFloat16];
            case Precision.Float16 when isCuda:
                return [ScalarType.Float16];
            case Precision.BFloat16 or Precision.Float16:
                warn($"{name}: scores are computed in float32, since this device has no instructions for {options.Precision.ToString().ToLowerInvariant()}.");
                return [ScalarType.Float32];
            case Precision.Auto when options.AllowReducedPrecision && hasBFloat16:
                return [ScalarType.Float32, isCuda ? ScalarType.Float16 : ScalarType.BFloat16];
            default:
                return [ScalarType.Float32];
        }
    }

    // A copy that disagrees with the network is not used: processors and libraries are many.
    private CompiledNetwork Checked(CompiledNetwork copy, LayeredNetwork layers, double tolerance, Action<string> warn)
    {
        using var scope = NewDisposeScope();
        using var image = new ImageBatch(1, shape, channelsLast: true) { Count = 1 };
        var pixels = image.Image(0);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = -2 + 4f * i / pixels.Length; // a ramp over what normalized pixels are
        using var expected = layers.Run(image.Pixels).cpu().flatten();
        var norm = expected.norm().item<float>();
        var made = new float[expected.numel()];
        copy.Run(image, made);
        if (!float.IsFinite(norm))
        {
            // Damaged weights. oneDNN's ReLU makes 0 of NaN, and scores of nothing would look like scores.
            copy.Dispose();
            return layers.Because("its output is NaN or infinite");
        }
        var difference = (tensor(made) - expected).norm().item<float>() / Math.Max(norm, 1e-20);
        if (difference <= tolerance)
            return copy;
        warn(FormattableString.Invariant(
            $"{name}: scores are computed layer by layer, since its compiled copy gave others on this machine ({difference:0.0e0} of their norm)."));
        copy.Dispose();
        return layers.Because("its compiled copy gave other scores on this machine");
    }

    // The faster of a few passes over images of zeros, after two that prepare.
    private double Milliseconds(CompiledNetwork copy, int images, int length)
    {
        using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(images, besideDecoding: true));
        using var batch = new ImageBatch(images, shape, channelsLast: true) { Count = images };
        batch.Images(0, images).Clear();
        var results = new float[images * length];
        var best = double.PositiveInfinity;
        for (var pass = -2; pass < 5; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            copy.Run(batch, results);
            if (pass >= 0)
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return best;
    }

    /// <summary>The copies for one request.</summary>
    private sealed class RequestCopies(CopyRequest request)
    {
        private volatile CompiledNetwork? _single;
        private volatile CompiledNetwork? _batch;

        /// <summary>Held by the one who makes a copy.</summary>
        public Lock Making { get; } = new();

        public CopyRequest Request => request;

        public IEnumerable<CompiledNetwork> Made => new[] { _single, _batch }.OfType<CompiledNetwork>().Distinct();

        public CompiledNetwork? Find(bool isSingle) => isSingle ? _single : _batch;

        public void Add(CompiledNetwork copy, bool isSingle)
        {
            var servesAll = copy.Description.Images == 0;
            if (isSingle || servesAll)
                _single = copy;
            if (!isSingle || servesAll)
                _batch = copy;
        }
    }
}

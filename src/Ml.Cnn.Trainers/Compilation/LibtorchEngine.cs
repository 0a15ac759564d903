using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network that libtorch, or vector instructions of the library's own, compute: as it was trained, and by the copies made of it.</summary>
internal sealed class LibtorchEngine : NetworkEngine
{
    private readonly NetworkShape _shape;
    private readonly NetworkCopies _copies;

    /// <param name="network">In evaluation mode from now on; disposed with this.</param>
    /// <param name="name">The network's name, for messages.</param>
    /// <param name="shape">Its input and output.</param>
    /// <param name="plan">Where it runs.</param>
    public LibtorchEngine(Module<Tensor, Tensor> network, string name, NetworkShape shape, ExecutionPlan plan)
    {
        network.eval();
        (Network, Plan, _shape, _copies) = (network, plan, shape, new(network, name, shape, plan));
    }

    /// <summary>The network.</summary>
    public Module<Tensor, Tensor> Network { get; }

    /// <summary>Where and how it runs.</summary>
    public ExecutionPlan Plan { get; }

    public override string Device => Plan.Device.ToString();

    public override int Batch => Plan.Cost.ScoringBatch;

    public override int BatchesInFlight => Plan.Device.type == TorchSharp.DeviceType.CUDA ? 2 : 1; // a GPU computes one while the next is decoded

    public override bool ChannelsLast => true;

    public override IReadOnlyList<CnnScoringCopy> Copies => _copies.Descriptions;

    public override int CoresFor(int images) => Plan.Cost.ThreadsFor(images, besideDecoding: true);

    public override PixelBatch NewBatch(int capacity, NetworkShape shape) => new ImageBatch(capacity, shape, ChannelsLast);

    public override void Run(CopyRequest request, PixelBatch images, Span<float> output, Action<string> warn)
    {
        using var threads = LibtorchThreads.Use(CoresFor(images.Count));
        _copies.Get(request, images.Count, warn).Run(images, output);
    }

    public override LaunchedOutput? Launch(CopyRequest request, PixelBatch images, Action<string> warn)
    {
        using var threads = LibtorchThreads.Use(CoresFor(images.Count));
        return _copies.Get(request, images.Count, warn).Launch(images);
    }

    public override void CheckDense() => DenseProgram.Of(NetworkGraph.Trace(Network, _shape));

    public override string? FindNonFiniteLayer(PixelBatch? images) => (images is null ? NonFiniteLayer.Find(Network, _shape)
        : NonFiniteLayer.Find(Network, _shape, ((ImageBatch)images).Pixels.BringTo(Plan.Device)))?.ToString();

    public override void Dispose()
    {
        _copies.Dispose();
        foreach (var tensor in Network.parameters().Concat(Network.buffers()))
            tensor.Dispose();
        Network.Dispose();
    }
}

using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>A network as the library trains it, and one batch in memory; disposing it puts the process back.</summary>
internal sealed class PreparedStep : IDisposable
{
    private readonly IDisposable? _allocator = GlibcAllocator.KeepFreedMemory();
    private readonly LibtorchThreads _threads;
    private readonly Tensor _pixels;

    public PreparedStep(string arch, int size, int batch, Precision precision, MemoryLayout layout, int threads)
    {
        var shape = new NetworkShape(3, size, size, 10);
        var network = ArchitectureCatalog.Find(arch).Build(shape);
        var cost = NetworkCost.Of(network, shape);
        _threads = LibtorchThreads.Use(threads > 0 ? threads : cost.ThreadsFor(batch, besideDecoding: false));
        Plan = ExecutionPlan.ForTraining(CPU, cost, precision, layout);
        Network = Plan.Prepare(network);
        Network.train();
        Optimizer = new Sgd([new([.. Network.parameters()], RateFactor: 1, IHandWrittenLoop.WeightDecay)], IHandWrittenLoop.Momentum, nesterov: false);
        _pixels = rand(batch, size, size, 3);
        Images = Plan.ChannelsLast ? _pixels.permute(0, 3, 1, 2) : _pixels.permute(0, 3, 1, 2).contiguous();
        Labels = randint(10, batch);
    }

    public ExecutionPlan Plan { get; }

    public Module<Tensor, Tensor> Network { get; }

    public Sgd Optimizer { get; }

    /// <summary>batch × 3 × size × size.</summary>
    public Tensor Images { get; }

    /// <summary>Class numbers.</summary>
    public Tensor Labels { get; }

    public void Dispose()
    {
        Labels.Dispose();
        Images.Dispose();
        _pixels.Dispose();
        Optimizer.Dispose();
        _threads.Dispose();
        _allocator?.Dispose();
    }
}

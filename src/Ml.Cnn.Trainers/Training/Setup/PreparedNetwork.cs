using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers.Parallel;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>
/// A network where it is trained, with its first weights, and the process made ready for it; disposing puts the process back and leaves the network.
/// </summary>
internal sealed class PreparedNetwork : IDisposable
{
    private readonly IDisposable? _allocator;
    private readonly IDisposable _random;
    private readonly LibtorchThreads _threads;
    private readonly IDisposable? _spread;
    private readonly int _cores;

    private PreparedNetwork(Module<Tensor, Tensor> network, ExecutionPlan plan, int threads, int cores, IDisposable? allocator, IDisposable random,
        LibtorchThreads used, IDisposable? spread)
    {
        (Network, Plan, Threads, _cores) = (network, plan, threads, cores);
        (_allocator, _random, _threads, _spread) = (allocator, random, used, spread);
    }

    /// <summary>On the plan's device, in the plan's precision and layout.</summary>
    public Module<Tensor, Tensor> Network { get; }

    public ExecutionPlan Plan { get; }

    /// <summary>Cores that one operation of the network is spread over.</summary>
    public int Threads { get; }

    /// <summary>Whether the network's operations take every core, so that batches are decoded between two steps.</summary>
    public bool TakesEveryCore => Plan.Device.type == DeviceType.CPU && Threads >= _cores;

    /// <param name="device">Where to train.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="settings">With the run's seed.</param>
    /// <param name="handles">For a download of weights.</param>
    /// <param name="data">Says what decoding costs, and which classes there are.</param>
    /// <param name="views">The network's input.</param>
    /// <param name="start">The weights to start from; null: random ones.</param>
    /// <param name="resumed">The plan of the training that is resumed: it goes on in the same arithmetic.</param>
    /// <param name="processes">Those that train together, by one plan, each on its share of a machine's cores.</param>
    /// <param name="log">MLContext.Log.</param>
    public static PreparedNetwork Build(Device device, Architecture architecture, TrainingSettings settings, TrainingHandles handles, TrainingData data,
        ImageViews views, StartingPoint? start, CheckpointHeader.PlanJson? resumed, ProcessGroup processes, IChannel log)
    {
        var allocator = GlibcAllocator.KeepFreedMemory();
        IDisposable? random = null;
        LibtorchThreads? used = null;
        try
        {
            random = RandomState.BuildForTraining(settings.FixedSeed, () => architecture.Build(views.Shape), out var network);
            LoadWeights(network, settings, handles, data, views, start, log);
            var cost = NetworkCost.Of(network, views.Shape);
            var besideDecoding = !ImageRowDecoder.IsCheapFor(data.Columns.Format, views.Plain, isAugmented: settings.Input.Augmentation is not null);
            var batchSize = settings.Optimization.BatchSize;
            var threads = settings.Execution.NetworkThreads ?? Math.Min(processes.Cores, cost.ThreadsFor(batchSize, besideDecoding));
            used = LibtorchThreads.Use(threads);
            if (device.type == DeviceType.CPU)
                WarnOfConvolutions(log);
            var plan = ExecutionPlan.ForTraining(device, cost, settings.Execution.Precision, settings.Execution.MemoryLayout);
            if (resumed is not null)
                plan = plan with { ChannelsLast = resumed.ChannelsLast, ComputeType = resumed.ComputeType };
            plan = processes.PlanOfAll(plan);
            network = plan.Prepare(network);
            return new(network, plan, threads, processes.Cores, allocator, random, used, (network as IModelParallel)?.Spread(device, threads));
        }
        catch
        {
            used?.Dispose();
            random?.Dispose();
            allocator?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _spread?.Dispose();
        _threads.Dispose();
        _random.Dispose();
        _allocator?.Dispose();
    }

    private static void LoadWeights(Module<Tensor, Tensor> network, TrainingSettings settings, TrainingHandles handles, TrainingData data, ImageViews views,
        StartingPoint? start, IChannel log)
    {
        if (start is null)
        {
            if (settings.Transfer.KeepKnownClasses is true)
            {
                throw OptionCheck.Unfit(nameof(CnnOptions.KeepKnownClasses), $"{nameof(CnnOptions.KeepKnownClasses)} needs {nameof(CnnOptions.Weights)}: "
                    + "a trained model or a model.zip.");
            }
            if (settings.Transfer.Freeze != Freezing.None)
            {
                log.Warning(MessageSensitivity.None, "{0}",
                    $"{nameof(CnnOptions.Freeze)} keeps weights that nothing was learned with: {nameof(CnnOptions.Weights)} is not set.");
            }
            return;
        }
        var report = start.Load(network, data.Classes.Names, settings.Transfer.KeepKnownClasses is true, handles);
        var others = report.Fresh.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToArray();
        log.Info(MessageSensitivity.None, "{0}", $"weights from {settings.Transfer.Weights}: {report.Loaded.Count} tensors"
            + (report.Adapted.Count > 0 ? $", {string.Join(", ", report.Adapted)} adapted to {views.Shape.Channels} channels" : "")
            + (others.Length > 0 ? $", {string.Join(", ", others)} initialized afresh" : ""));
    }

    private static void WarnOfConvolutions(IChannel log)
    {
        if (OneDnn.IsLimitedByLibrary)
            log.Warning(MessageSensitivity.None, "{0}", OneDnn.LimitedMessage);
        if (!ConvolutionCheck.IsRight)
            log.Warning(MessageSensitivity.None, "{0}", ConvolutionCheck.Warning);
    }
}

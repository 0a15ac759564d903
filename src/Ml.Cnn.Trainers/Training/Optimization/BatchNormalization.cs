using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Normalization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>A batch normalization of a network, this library's or TorchSharp's own, and its running statistics.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channels">Of its input.</param>
/// <param name="Mean">The running mean of each channel.</param>
/// <param name="Variance">The running variance of each channel, unbiased.</param>
/// <param name="Momentum">The share of a batch's statistics in the running ones; null: that of an average over all batches.</param>
internal sealed record BatchNormalization(Module Layer, long Channels, Tensor Mean, Tensor Variance, double? Momentum)
{
    /// <summary>Those of a network whose statistics follow the images now: in training mode, with a momentum.</summary>
    public static IReadOnlyList<BatchNormalization> Following(Module network) =>
        [.. network.modules().Where(module => module.training).Select(Of).OfType<BatchNormalization>().Where(layer => layer.Momentum != 0)];

    /// <summary>Whether there is one in a network that normalizes while it is trained.</summary>
    public static bool IsIn(Module network) => network.modules().Any(module => Of(module) is not null);

    /// <summary>Has a network's layers normalize by the images of all processes in each step of training.</summary>
    /// <param name="network">The network.</param>
    /// <param name="collectives">The processes; null: each batch by itself.</param>
    /// <returns>To be turned on in a step; null where each batch is normalized by itself, or there is nothing to normalize.</returns>
    /// <exception cref="InvalidOperationException">A layer is TorchSharp's own, which cannot.</exception>
    public static SynchronizedStatistics? Synchronize(Module network, ICollectives? collectives)
    {
        if (collectives is null || !IsIn(network))
            return null;
        if (network.named_modules().FirstOrDefault(one => one.module is TorchSharp.Modules.BatchNorm) is { module: not null } theirs)
        {
            throw new InvalidOperationException($"{nameof(Distribution.SynchronizedBatchNorm)} needs the library's own batch normalization, and '{theirs.name}' "
                + $"is TorchSharp's: use {typeof(BatchNorm2d)}.");
        }
        var statistics = new SynchronizedStatistics(collectives);
        foreach (var layer in network.modules().OfType<BatchNorm2d>())
            layer.Synchronization = statistics;
        return statistics;
    }

    private static BatchNormalization? Of(Module module) => module switch
    {
        BatchNorm2d own => new(own, own.Channels, own.RunningMean, own.RunningVariance, own.Momentum),
        TorchSharp.Modules.BatchNorm { track_running_stats: true } theirs =>
            new(theirs, theirs.num_features, theirs.running_mean!, theirs.running_var!, theirs.momentum),
        _ => null,
    };

    /// <summary>How many batches the running statistics have seen, a count.</summary>
    public Tensor Batches => Layer is BatchNorm2d own ? own.BatchesTracked : ((TorchSharp.Modules.BatchNorm)Layer).num_batches_tracked!;

    /// <summary>Has each pass through the layers observed on this thread until the result is disposed.</summary>
    /// <param name="layers">Which.</param>
    /// <param name="observer">Gets the layer, and the input's values per channel.</param>
    public static IDisposable Watch(IReadOnlyList<BatchNormalization> layers, Action<BatchNormalization, long> observer) => new Watcher(layers, observer);

    // This library's layers show themselves in a trace, and TorchSharp's call hooks.
    private sealed class Watcher : IDisposable
    {
        private readonly ForwardTrace _trace;
        private readonly List<TorchSharp.Modules.BatchNorm.HookRemover> _hooks = [];

        public Watcher(IReadOnlyList<BatchNormalization> layers, Action<BatchNormalization, long> observer)
        {
            var byLayer = layers.ToDictionary(layer => layer.Layer);
            _trace = new((layer, inputs, _) =>
            {
                if (layer is BatchNorm2d own && byLayer.TryGetValue(own, out var known))
                    observer(known, inputs[0].numel() / known.Channels);
            });
            foreach (var layer in layers)
            {
                if (layer.Layer is TorchSharp.Modules.BatchNorm theirs)
                    _hooks.Add(theirs.register_forward_hook((_, input, output) =>
                    {
                        observer(layer, input.numel() / layer.Channels);
                        return output;
                    }));
            }
        }

        public void Dispose()
        {
            _trace.Dispose();
            _hooks.ForEach(hook => hook.remove());
        }
    }
}

using Ml.Cnn.Trainers.Layers;
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

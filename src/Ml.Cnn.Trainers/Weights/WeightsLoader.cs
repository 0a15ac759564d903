using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Loads published weights into a network that may have other classes or other channels than they were trained for.</summary>
public static class WeightsLoader
{
    private const int RgbChannels = 3;
    private const string BatchCount = "num_batches_tracked";
    private const string AverageCount = "n_averaged";

    /// <summary>Copies weights into a network, all or none.</summary>
    /// <remarks>
    /// Names may stand under a prefix, as those of "backbone.conv1.weight" do. Beside what fits by name and shape: a first convolution for 1 or 4
    /// channels takes RGB weights (see <see cref="AdaptFirstConvolution"/>);
    /// counts of batches, which files from before PyTorch 0.4.1 lack, stay as they are; so do auxiliary heads, which only training uses, if
    /// the weights have none or have them for other classes; auxiliary heads that the network lacks are left out. Where the head is replaced, so
    /// is what stands beside the prefix: another head, or a projection.
    /// </remarks>
    /// <param name="network">The network. Its tensors keep their handles, devices, element types and layouts.</param>
    /// <param name="architecture">What it is.</param>
    /// <param name="weights">Names and tensors, as of <see cref="WeightsFile.Tensors"/>.</param>
    /// <param name="replaceHead">Whether the last, class-specific layer stays as it was initialized if the weights' has other classes or is missing.
    /// Default: that is an error.</param>
    /// <exception cref="WeightsFormatException">The weights do not fit. The network is then as it was.</exception>
    public static WeightsReport LoadInto(Module<Tensor, Tensor> network, Architecture architecture,
        IEnumerable<KeyValuePair<string, Tensor>> weights, bool replaceHead = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(weights);

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var state = ModuleState.Of(network);
        var plan = new Plan(architecture, replaceHead, FirstConvolution(state));
        var names = state.Select(pair => pair.Key).ToHashSet();
        var fit = NameFit.Find(weights, names);
        var sources = fit.Tensors.ToDictionary();
        foreach (var (name, target) in state)
            plan.Place(name, target, sources.GetValueOrDefault(name));
        plan.LeaveOut(sources.Keys.Where(name => !names.Contains(name)));
        plan.LeaveOutside(fit.Outside);
        return plan.Execute(fit.Prefix);
    }

    /// <summary>
    /// The filters of a first convolution for gray or RGBA images, from those for RGB. Gray: the sum over the colors, which answers a
    /// gray image as the RGB filters answer three equal channels. RGBA: the RGB filters, and zero for the fourth channel, which has no
    /// say until training gives it one.
    /// </summary>
    /// <param name="filters">K × 3 × height × width.</param>
    /// <param name="channels">1 or 4.</param>
    /// <returns>K × channels × height × width.</returns>
    /// <exception cref="ArgumentException">The filters are not for 3 channels, or <paramref name="channels"/> is neither 1 nor 4.</exception>
    public static Tensor AdaptFirstConvolution(Tensor filters, int channels)
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.dim() != 4 || filters.shape[1] != RgbChannels)
            throw new ArgumentException($"The filters must be K × 3 × height × width, not {string.Join(" × ", filters.shape)}.", nameof(filters));
        using var _ = no_grad();
        return channels switch
        {
            1 => filters.sum(1, keepdim: true),
            4 => functional.pad(filters, [0, 0, 0, 0, 0, 1]),
            _ => throw new ArgumentException($"The weights of a first convolution for RGB can be adapted to 1 or 4 channels, not to {channels}.",
            nameof(channels)),
        };
    }

    private static string? FirstConvolution(IReadOnlyList<KeyValuePair<string, Tensor>> state) => state.FirstOrDefault(pair => pair.Value.dim() == 4).Key;

    /// <summary>What goes where; nothing is copied before all of it is known to fit.</summary>
    private sealed class Plan(Architecture architecture, bool replaceHead, string? firstConvolution)
    {
        // The network may have been made without auxiliary heads that its published form has.
        private readonly Architecture _published = ArchitectureCatalog.All.FirstOrDefault(known => known.Name == architecture.Name) ?? architecture;
        private readonly List<(string Name, Tensor Target, Tensor Source)> _copies = [];
        private readonly List<string> _adapted = [];
        private readonly List<string> _fresh = [];
        private readonly List<string> _leftOut = [];
        private readonly List<string> _missing = [];
        private readonly List<string> _unexpected = [];
        private readonly List<string> _wrong = [];
        private bool _isOtherwiseRight = true; // but for a head of other classes

        public void Place(string name, Tensor target, Tensor? source)
        {
            if (source is not null && source.shape.AsSpan().SequenceEqual(target.shape))
                _copies.Add((name, target, source));
            else if (source is not null && name == firstConvolution && CanAdapt(source.shape, target.shape))
            {
                _copies.Add((name, target, AdaptFirstConvolution(source, (int)target.shape[1])));
                _adapted.Add(name);
            }
            else if ((replaceHead && architecture.IsHead(name)) || (source is null && name.EndsWith(BatchCount, StringComparison.Ordinal))
                || architecture.IsAuxiliaryHead(name))
                _fresh.Add(name);
            else if (source is null)
                _missing.Add(name);
            else
            {
                _isOtherwiseRight &= architecture.IsHead(name);
                _wrong.Add(ModuleState.ShapeComplaint(name, source.shape, target.shape));
            }
        }

        public void LeaveOut(IEnumerable<string> names)
        {
            foreach (var name in names)
            {
                (_published.IsAuxiliaryHead(name) || (replaceHead && architecture.IsHead(name)) ? _leftOut : _unexpected).Add(name);
            }
        }

        public void LeaveOutside(IReadOnlyList<string> names)
        {
            foreach (var name in names)
                (replaceHead || name.Split('.')[^1] == AverageCount ? _leftOut : _unexpected).Add(name);
        }

        public WeightsReport Execute(string prefix)
        {
            if (_missing.Count + _unexpected.Count + _wrong.Count > 0)
                throw ModuleState.DoNotFit(architecture.Name, _missing, _unexpected, _wrong, Advice(prefix));
            foreach (var (_, target, source) in _copies)
                target.copy_(source);
            return new([.. _copies.Select(copy => copy.Name).Except(_adapted)], _adapted, _fresh, _leftOut) { Prefix = prefix };
        }

        private string Advice(string prefix)
        {
            var place = prefix.Length > 0 ? $" Names were taken without the '{prefix}' that is before them." : "";
            if (_missing.Count + _unexpected.Count == 0)
                return place + (_isOtherwiseRight ? " They are for another number of classes: replace the head to keep the rest." : "");
            return place + TensorNameHints.Describe(_missing, _unexpected);
        }

        private static bool CanAdapt(long[] from, long[] to) =>
            from.Length == 4 && from[1] == RgbChannels && to[1] is 1 or 4 && from[0] == to[0] && from[2] == to[2] && from[3] == to[3];
    }
}

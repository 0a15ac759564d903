using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>What a file's graph does with images first, taken out of it: the library does it before the network sees them.</summary>
internal sealed class InputPreprocessing
{
    private const double LargestByte = 255;
    private const double LargestOfOnes = 2; // what is taken from numbers from 0 to 1 is no larger

    private readonly StepGraph _graph;
    private double[] _factors;
    private double[] _offsets;
    private int[] _order = [0, 1, 2, 3]; // of the dimensions, those of the images being 0, 1, 2 and 3
    private bool _isReversed;
    private (ImportStep Step, double[] Factors, double[] Offsets, bool IsReversed)? _known; // where the dimensions were as the images'

    private InputPreprocessing(StepGraph graph)
    {
        _graph = graph;
        _factors = [.. Enumerable.Repeat(1.0, graph.Source.Shape[0])];
        _offsets = new double[_factors.Length];
    }

    /// <summary>Takes normalization, the order of dimensions and that of channels out of a graph.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="isBytes">Whether the graph takes bytes.</param>
    /// <param name="blueFirst">Whether what it takes begins with blue.</param>
    /// <returns>Null where the graph does not normalize.</returns>
    public static Normalization? TakeOut(StepGraph graph, bool isBytes, bool blueFirst)
    {
        var reading = new InputPreprocessing(graph);
        var step = graph.Source;
        while (reading.Next(step) is { } next)
        {
            step = next;
            if (reading._order.SequenceEqual([0, 1, 2, 3]))
                reading._known = (step, reading._factors, reading._offsets, reading._isReversed);
        }
        var (last, factors, offsets, isReversed) = reading._known ?? (graph.Source, reading._factors, reading._offsets, false);
        var normalizes = factors.Any(factor => factor != 1) || offsets.Any(offset => offset != 0);
        // What divides by nothing or turns colors into their opposites stays in the network.
        if (factors.Any(factor => !(factor > 0) || !double.IsFinite(factor)) || offsets.Any(offset => !double.IsFinite(offset)))
            return null;
        if (last != graph.Source)
        {
            graph.Replace(last, graph.Source);
            graph.Sweep();
        }
        if (isReversed != blueFirst)
        {
            Reverse(graph);
            (factors, offsets) = ([.. factors.Reverse()], [.. offsets.Reverse()]);
        }
        return normalizes || isBytes ? Of(factors, offsets, isBytes)
            : graph.OnlyUser(graph.Source) is { Kind: LayerKinds.MeanImage } mean ? Before(mean) : null;
    }

    // y = a p + b of a pixel p from 0 to s is (p / s − mean) / deviation.
    private static Normalization Of(double[] factors, double[] offsets, bool isBytes)
    {
        var means = factors.Zip(offsets, (factor, offset) => -offset / factor).ToArray();
        // Numbers with a point are from 0 to 1, unless what is taken from them says otherwise.
        const double SmallestOfOnes = 1.0 / 16;
        var scale = isBytes || means.Any(mean => Math.Abs(mean) > LargestOfOnes) || factors.All(factor => factor < SmallestOfOnes) ? LargestByte : 1;
        return new([.. means.Select(mean => (float)(mean / scale))], [.. factors.Select(factor => (float)(1 / (factor * scale)))]);
    }

    // The mean image, which stays in the network, tells what its pixels are.
    private static Normalization? Before(ImportStep mean)
    {
        var channels = mean.Get<int>("channels");
        return mean.Weights[WeightRoles.Weight].mean().item<float>() > LargestOfOnes
            ? new(new float[channels], [.. Enumerable.Repeat(1 / (float)LargestByte, channels)]) : null;
    }

    // The first convolutions, and a mean image before them, take the channels in the other order.
    private static void Reverse(StepGraph graph)
    {
        foreach (var user in graph.Users(graph.Source))
        {
            var step = user;
            while (step.Kind is LayerKinds.ConstantPad2d or LayerKinds.Affine or LayerKinds.MeanImage && graph.OnlyUser(step) is { } next)
            {
                if (step.Is(LayerKinds.MeanImage))
                    Flip(graph, step, dimension: 0);
                step = next;
            }
            if (!step.Is(LayerKinds.Conv2d) || step.Get<int>("groups") != 1)
                throw step.Wrong("takes the images' channels in another order, which only a convolution over all of them can be turned around for");
            Flip(graph, step, dimension: 1);
        }
    }

    private static void Flip(StepGraph graph, ImportStep step, long dimension)
    {
        graph.Take(step, step.Weights[WeightRoles.Weight].numel());
        step.Weights[WeightRoles.Weight] = step.Weights[WeightRoles.Weight].flip(dimension);
    }

    // What the only taker of a value does, where it can be taken out.
    private ImportStep? Next(ImportStep step)
    {
        if (_graph.OnlyUser(step) is not { } user)
            return ChannelByChannel(step);
        switch (user.Kind)
        {
            case LayerKinds.Affine:
                Apply(Enumerable.Repeat(user.Get<double>("slope"), _factors.Length), Enumerable.Repeat(user.Get<double>("offset"), _factors.Length));
                return user;
            case LayerKinds.ChannelAffine when _order[user.Get<bool>("last") ? 3 : 1] == 1:
                Apply(Numbers(user, WeightRoles.Weight, 1), Numbers(user, WeightRoles.Bias, 0));
                return user;
            case LayerKinds.Permute:
                _order = [.. user.Get<IReadOnlyList<int>>("dimensions").Select(dimension => _order[dimension])];
                return user;
            case ImportKinds.Reverse when _order[user.Get<int>("axis")] == 1:
                Turn();
                return user;
            default:
                return null;
        }
    }

    // Each channel by itself, and all put together again: torchvision's transform_input. The last may come first.
    private ImportStep? ChannelByChannel(ImportStep step)
    {
        var slices = _graph.Users(step);
        if (slices.Count != _factors.Length || !_order.SequenceEqual([0, 1, 2, 3]))
            return null;
        var (slopes, offsets, ends) = (new double[slices.Count], new double[slices.Count], new ImportStep[slices.Count]);
        ImportStep? whole = null;
        foreach (var slice in slices)
        {
            if (!slice.Is(LayerKinds.Slice) || !slice.Has("dimension", 1) || !slice.Has("length", 1))
                return null;
            var (channel, end) = (slice.Get<int>("start"), slice);
            slopes[channel] = 1;
            if (_graph.OnlyUser(slice) is { Kind: LayerKinds.Affine } affine)
                (slopes[channel], offsets[channel], end) = (affine.Get<double>("slope"), affine.Get<double>("offset"), affine);
            ends[channel] = end;
            var user = _graph.OnlyUser(end);
            whole ??= user;
            if (user is not { Kind: LayerKinds.Concatenate } || user != whole || !user.Has("dimension", 1))
                return null;
        }
        var isTurned = whole!.Inputs.SequenceEqual(ends.Reverse());
        if (!isTurned && !whole.Inputs.SequenceEqual(ends))
            return null;
        Apply(slopes, offsets);
        if (isTurned)
            Turn();
        return whole;
    }

    private void Turn()
    {
        _isReversed = !_isReversed;
        (_factors, _offsets) = ([.. _factors.Reverse()], [.. _offsets.Reverse()]);
    }

    private void Apply(IEnumerable<double> slopes, IEnumerable<double> offsets)
    {
        _offsets = [.. _offsets.Zip(slopes, (offset, slope) => offset * slope).Zip(offsets, (scaled, offset) => scaled + offset)];
        _factors = [.. _factors.Zip(slopes, (factor, slope) => factor * slope)];
    }

    private IEnumerable<double> Numbers(ImportStep step, string role, double otherwise) => step.Weights.TryGetValue(role, out var tensor)
        ? [.. tensor.data<float>().Select(number => (double)number)] : Enumerable.Repeat(otherwise, _factors.Length);
}

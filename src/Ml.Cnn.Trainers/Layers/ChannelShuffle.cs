using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Deals the channels of each group out to all groups, so that the next grouped convolution sees every one of them (Zhang et al. 2017,
/// "ShuffleNet", §3.1): channel i · C/g + j moves to j · g + i. Kind "channel_shuffle".
/// </summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class ChannelShuffle : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Groups, the paper's g, 1 or more: a divisor of the input's channels.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer groups than 1.</exception>
    public ChannelShuffle(int groups) : base(LayerKinds.ChannelShuffle)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        Groups = groups;
    }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Groups, Groups);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        var (batch, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        if (channels % Groups != 0)
            throw new ArgumentException($"{Groups} groups do not divide {channels} channels.", nameof(input));
        using var scope = NewDisposeScope();
        // Where channels lie side by side in memory they do so afterwards: the convolutions before and after want one layout.
        var shuffled = input.stride(1) == 1
            ? input.permute(0, 2, 3, 1).reshape(batch, height, width, Groups, channels / Groups).transpose(3, 4)
                .reshape(batch, height, width, channels).permute(0, 3, 1, 2)
            : input.reshape(batch, Groups, channels / Groups, height, width).transpose(1, 2).reshape(batch, channels, height, width);
        return shuffled.MoveToOuterDisposeScope();
    }
}

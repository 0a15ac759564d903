namespace Ml.Cnn.Transforms;

/// <summary>Per-channel mean and standard deviation, for pixels scaled to [0, 1]: a channel becomes (pixel / 255 − mean) / deviation.</summary>
/// <param name="Mean">One mean per channel.</param>
/// <param name="Deviation">One standard deviation per channel, above 0.</param>
public sealed record Normalization(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    /// <summary>The RGB statistics of ImageNet that torchvision's weights were trained with.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The gray statistics of MNIST's training images.</summary>
    public static Normalization Mnist { get; } = new([0.1307f], [0.3081f]);

    /// <summary>The RGB statistics of CIFAR-10's 50,000 training images, of each channel over all pixels of all images.</summary>
    public static Normalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>Pixels from −1 to 1, as the Inception networks' published weights expect them (torchvision's <c>transform_input</c>).</summary>
    public static Normalization Inception { get; } = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    /// <summary>
    /// The same statistics for another number of channels: gray takes the means of the colors, colors take gray's
    /// values, and a fourth channel takes the mean of the others.
    /// </summary>
    public Normalization ForChannels(int channels)
    {
        if (channels == Mean.Count)
            return this;
        return new(Spread(Mean), Spread(Deviation));

        float[] Spread(IReadOnlyList<float> values) =>
            [.. Enumerable.Range(0, channels).Select(c => channels > values.Count && c < values.Count ? values[c] : values.Average())];
    }

    /// <inheritdoc/>
    public bool Equals(Normalization? other) => other is not null && Mean.SequenceEqual(other.Mean) && Deviation.SequenceEqual(other.Deviation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean.Count, Mean[0], Deviation[0]);
}

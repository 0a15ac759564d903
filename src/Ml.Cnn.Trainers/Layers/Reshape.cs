using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>The numbers of each image in another shape: N × … to N × shape. Kind "reshape".</summary>
internal sealed class Reshape : Layer
{
    private readonly long[] _shape;

    /// <summary>Creates the layer.</summary>
    /// <param name="shape">The output's dimensions but for the images', each 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is below 1.</exception>
    public Reshape(params IReadOnlyList<int> shape) : base(LayerKinds.Reshape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Any(length => length < 1))
            throw new ArgumentOutOfRangeException(nameof(shape), string.Join(", ", shape), "Each dimension must be 1 or more.");
        Shape = [.. shape];
        _shape = [.. shape];
    }

    /// <summary>The output's dimensions but for the images'.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).With(LayerAttributes.Shape, Shape);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var reshaped = input.reshape([input.shape[0], .. _shape]);
        return reshaped.alias(); // libtorch may have returned the input's own memory
    }
}

using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>What a layer does in evaluation mode, in full: its kind, its attributes and its weights. Immutable.</summary>
/// <remarks>
/// The one thing that tables, costs and exports read of a layer. Whoever knows the kind can compute the layer's output from the description
/// and the inputs alone. No attribute depends on the batch.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerDescription
{
    private readonly double _multiplyAddsPerElement;

    /// <summary>A description without attributes and weights.</summary>
    /// <param name="kind">The operation's name: see <see cref="ILayer.Kind"/>.</param>
    public LayerDescription(string kind) : this(kind, [], [], 0) { }

    private LayerDescription(string kind, IReadOnlyList<KeyValuePair<string, object>> attributes, IReadOnlyList<LayerWeight> weights,
        double multiplyAddsPerElement)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        (Kind, Attributes, Weights, _multiplyAddsPerElement) = (kind, attributes, weights, multiplyAddsPerElement);
    }

    /// <summary>The operation's name.</summary>
    public string Kind { get; }

    /// <summary>
    /// Names and values in the order in which the layer gave them. A value is a <see cref="bool"/>, an <see cref="int"/>, a <see cref="double"/>,
    /// a <see cref="Size2d"/>, a list of <see cref="int"/>, or a list of such lists.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, object>> Attributes { get; }

    /// <summary>The parameters and buffers.</summary>
    public IReadOnlyList<LayerWeight> Weights { get; }

    /// <summary>The same with one attribute more.</summary>
    /// <param name="name">The attribute's name: see <see cref="LayerAttributes"/>.</param>
    /// <param name="value">The attribute's value.</param>
    /// <exception cref="ArgumentException">The description has an attribute of that name.</exception>
    public LayerDescription With(string name, bool value) => WithValue(name, value);

    /// <inheritdoc cref="With(string, bool)"/>
    public LayerDescription With(string name, int value) => WithValue(name, value);

    /// <inheritdoc cref="With(string, bool)"/>
    public LayerDescription With(string name, double value) => WithValue(name, value);

    /// <inheritdoc cref="With(string, bool)"/>
    public LayerDescription With(string name, Size2d value) => WithValue(name, value);

    /// <inheritdoc cref="With(string, bool)"/>
    public LayerDescription With(string name, IReadOnlyList<int> value) => WithValue(name, value);

    /// <inheritdoc cref="With(string, bool)"/>
    public LayerDescription With(string name, IReadOnlyList<IReadOnlyList<int>> value) => WithValue(name, value);

    /// <summary>The same with one weight more.</summary>
    /// <param name="role">The part that the tensor plays: see <see cref="WeightRoles"/>.</param>
    /// <param name="tensor">The layer's own parameter or buffer; null, the weight of a layer that goes without: the description stays as it is.</param>
    /// <param name="name">The tensor's name in the layer's own state; null, the default: the role's.</param>
    /// <exception cref="ArgumentException">The description has a weight of that role.</exception>
    public LayerDescription WithWeight(string role, Tensor? tensor, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (Weights.Any(weight => weight.Role == role))
            throw new ArgumentException($"The layer '{Kind}' describes two weights of the role '{role}'.", nameof(role));
        return tensor is null ? this : new(Kind, Attributes, [.. Weights, new(role, name ?? role, tensor)], _multiplyAddsPerElement);
    }

    /// <summary>The same with a cost.</summary>
    /// <param name="perElement">Multiply-adds for each number of the output, 0 or more; a mean where the numbers differ in cost.</param>
    public LayerDescription WithMultiplyAdds(double perElement)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(perElement);
        return new(Kind, Attributes, Weights, perElement);
    }

    /// <summary>Multiply-adds that an output of so many numbers takes. Only convolutions and linear layers count, as is the field's custom.</summary>
    /// <param name="elements">Numbers in the output.</param>
    public long MultiplyAdds(long elements) => (long)Math.Round(elements * _multiplyAddsPerElement);

    /// <summary>An attribute's value.</summary>
    /// <typeparam name="T">The value's type: see <see cref="Attributes"/>.</typeparam>
    /// <param name="name">The attribute's name.</param>
    /// <exception cref="ArgumentException">The layer has no such attribute of that type.</exception>
    public T Get<T>(string name) => TryGet<T>(name, out var value) ? value
        : throw new ArgumentException($"The layer '{Kind}' has no attribute '{name}' of type {typeof(T).Name}.", nameof(name));

    /// <summary>An attribute's value, where the layer has the attribute.</summary>
    /// <typeparam name="T">The value's type: see <see cref="Attributes"/>.</typeparam>
    /// <param name="name">The attribute's name.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the layer has such an attribute of that type.</returns>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
    {
        foreach (var (key, found) in Attributes)
        {
            if (key == name && found is T typed)
            {
                value = typed;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>The weight of a role; null if the layer goes without.</summary>
    /// <param name="role">The part that the tensor plays: see <see cref="WeightRoles"/>.</param>
    public Tensor? Weight(string role) => Weights.FirstOrDefault(weight => weight.Role == role)?.Tensor;

    private LayerDescription WithValue(string name, object value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (Attributes.Any(attribute => attribute.Key == name))
            throw new ArgumentException($"The layer '{Kind}' describes the attribute '{name}' twice.", nameof(name));
        return new(Kind, [.. Attributes, new(name, value)], Weights, _multiplyAddsPerElement);
    }
}

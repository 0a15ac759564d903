using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

// What a pickle is read into. Beside these: null (None), bool, long, double, string.

/// <summary>A tuple, list or set.</summary>
internal sealed class PickledSequence(List<object?> items)
{
    public List<object?> Items => items;
}

/// <summary>A dict or an OrderedDict, in the order of the file.</summary>
internal class PickledDictionary
{
    private List<KeyValuePair<object?, object?>>? _items;

    public IReadOnlyList<KeyValuePair<object?, object?>> Items => _items ?? (IReadOnlyList<KeyValuePair<object?, object?>>)[];

    public void Add(object? key, object? value) => (_items ??= []).Add(new(key, value));
}

/// <summary>A name of Python's that stands for nothing here. Neither it nor what it would make is looked up, loaded or run.</summary>
/// <param name="Module">"argparse".</param>
/// <param name="Name">"Namespace".</param>
internal sealed record PickledName(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>
/// What stands where a pickle would make an object of a class, or call a function, that is not known here: its name, and what the pickle gave it. If
/// the class is a kind of dict, its entries are kept as a dict's are.
/// </summary>
internal sealed class PickledObject(PickledName name) : PickledDictionary
{
    public PickledName Name => name;

    /// <summary>What the pickle set as its state: for most classes a dict of attributes.</summary>
    public object? State { get; set; }
}

/// <summary>Something of which only the presence matters: bytes, a large integer, an element type, a device.</summary>
internal sealed class PickledOpaque
{
    private PickledOpaque() { }

    public static PickledOpaque Instance { get; } = new();
}

/// <summary>The element type that a storage class such as torch.FloatStorage stands for.</summary>
internal sealed record StorageClass(ScalarType Type, int ElementSize);

/// <summary>A run of elements in the file that tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="ElementSize">Bytes of an element.</param>
/// <param name="Count">How many elements the file claims for it.</param>
internal sealed record StorageReference(string Key, ScalarType Type, int ElementSize, long Count)
{
    public long Bytes => checked(Count * ElementSize);
}

/// <summary>A tensor whose elements are still in the file: a view of a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Strides">Elements from one index of a dimension to the next.</param>
internal sealed record TensorReference(StorageReference Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>torch's own limit of dimensions.</summary>
    public const int MaximumRank = 64;

    public long Count { get; } = Shape.Contains(0) ? 0 : Shape.Aggregate(1L, (count, size) => checked(count * size));

    /// <summary>Whether the tensor is the storage's elements in their order.</summary>
    public bool IsWholeStorage
    {
        get
        {
            var stride = 1L;
            for (var d = Shape.Length - 1; d >= 0; d--)
            {
                if (Shape[d] != 1 && Strides[d] != stride)
                    return false;
                stride *= Shape[d];
            }
            return Offset == 0 && Count == Storage.Count;
        }
    }

    /// <exception cref="WeightsFormatException">The tensor reaches outside its storage, or its size cannot be counted.</exception>
    public static TensorReference Checked(StorageReference storage, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MaximumRank)
            throw new WeightsFormatException($"A tensor has {shape.Length} dimensions and {strides.Length} strides.");
        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            throw new WeightsFormatException("A tensor has a negative size, stride or offset.");
        try
        {
            var last = offset;
            var elements = 1L;
            for (var d = 0; d < shape.Length; d++)
            {
                elements = checked(elements * Math.Max(shape[d], 1)); // torch multiplies the others of an empty tensor too
                last = checked(last + Math.Max(shape[d] - 1, 0) * strides[d]);
            }
            _ = checked(elements * storage.ElementSize);
            var isInside = shape.Contains(0) ? offset <= storage.Count : last < storage.Count;
            return isInside ? new(storage, offset, shape, strides)
                : throw new WeightsFormatException($"A tensor of shape [{string.Join(", ", shape)}] reaches element {last} of a storage of {storage.Count}.");
        }
        catch (OverflowException exception)
        {
            throw new WeightsFormatException($"A tensor of shape [{string.Join(", ", shape)}] has more elements than can be counted.", exception);
        }
    }
}

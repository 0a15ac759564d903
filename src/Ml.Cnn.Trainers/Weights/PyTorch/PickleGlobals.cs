using Ml.Cnn.Trainers.Weights.Formats;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>The few names that a pickle may speak of. Each is a plain function of this library; nothing is looked up or loaded.</summary>
internal static class PickleGlobals
{
    /// <summary>Makes a value from the arguments of a call.</summary>
    public delegate object? Function(IReadOnlyList<object?> arguments);

    private static readonly Dictionary<string, StorageClass> s_storages = new()
    {
        ["DoubleStorage"] = new(ScalarType.Float64, 8),
        ["FloatStorage"] = new(ScalarType.Float32, 4),
        ["HalfStorage"] = new(ScalarType.Float16, 2),
        ["BFloat16Storage"] = new(ScalarType.BFloat16, 2),
        ["LongStorage"] = new(ScalarType.Int64, 8),
        ["IntStorage"] = new(ScalarType.Int32, 4),
        ["ShortStorage"] = new(ScalarType.Int16, 2),
        ["CharStorage"] = new(ScalarType.Int8, 1),
        ["ByteStorage"] = new(ScalarType.Byte, 1),
        ["BoolStorage"] = new(ScalarType.Bool, 1),
    };

    private static readonly Dictionary<string, Function> s_functions = new()
    {
        ["collections.OrderedDict"] = MakeDictionary,
        ["torch._utils._rebuild_tensor"] = RebuildTensor,
        ["torch._utils._rebuild_tensor_v2"] = RebuildTensor,
        ["torch._utils._rebuild_parameter"] = RebuildParameter,
        ["torch.Size"] = arguments => arguments is [PickledSequence sizes] ? sizes : throw Wrong("torch.Size"),
        ["torch.device"] = _ => PickledOpaque.Instance,
        ["builtins.set"] = MakeSequence,
        ["__builtin__.set"] = MakeSequence,
        ["builtins.frozenset"] = MakeSequence,
        ["__builtin__.frozenset"] = MakeSequence,
        ["_codecs.encode"] = _ => PickledOpaque.Instance, // how protocol 2 writes bytes
    };

    private static readonly HashSet<string> s_elementTypes =
    [
        .. ((string[])["float64", "double", "float32", "float", "float16", "half", "bfloat16", "int64", "long", "int32", "int", "int16", "short", "int8", "uint8", "bool"]).Select(name => $"torch.{name}"),
    ];

    /// <summary>What a name stands for: a <see cref="Function"/>, a <see cref="StorageClass"/>, or something of no further interest.</summary>
    /// <exception cref="WeightsFormatException">The name is not one of those that weights need.</exception>
    public static object Find(string module, string name)
    {
        var full = $"{module}.{name}";
        if (s_functions.TryGetValue(full, out var function))
            return function;
        if (module is "torch" or "torch.cuda" && s_storages.TryGetValue(name, out var storage))
            return storage;
        if (s_elementTypes.Contains(full))
            return PickledOpaque.Instance;
        throw new WeightsFormatException($"It asks for '{Listing.Shortened(full)}', and only tensors and containers are read: a pickle could run anything else. "
            + "If you trust the file, save only its state in Python: torch.save(model.state_dict(), path).");
    }

    private static PickledDictionary MakeDictionary(IReadOnlyList<object?> arguments)
    {
        var dictionary = new PickledDictionary();
        if (arguments.Count == 0)
            return dictionary;
        if (arguments is not [PickledSequence pairs])
            throw Wrong("collections.OrderedDict");
        foreach (var pair in pairs.Items) // Python 2 gives the items as a list
        {
            if (pair is not PickledSequence { Items: [var key, var value] })
                throw Wrong("collections.OrderedDict");
            dictionary.Add(key, value);
        }
        pairs.Items.Clear(); // taken over: the same list cannot be copied again and again
        return dictionary;
    }

    private static PickledSequence MakeSequence(IReadOnlyList<object?> arguments) => arguments switch
    {
        [] => new([]),
        [PickledSequence items] => items,
        _ => throw Wrong("set"),
    };

    // (storage, offset, size, stride[, requires_grad, backward_hooks[, metadata]])
    private static TensorReference RebuildTensor(IReadOnlyList<object?> arguments) =>
        arguments.Count >= 4 && arguments[0] is StorageReference storage && arguments[1] is long offset
        && Numbers(arguments[2]) is { } shape && Numbers(arguments[3]) is { } strides
            ? TensorReference.Checked(storage, offset, shape, strides)
            : throw Wrong("torch._utils._rebuild_tensor_v2");

    // (data, requires_grad, backward_hooks)
    private static TensorReference RebuildParameter(IReadOnlyList<object?> arguments) =>
        arguments.Count >= 1 && arguments[0] is TensorReference tensor ? tensor : throw Wrong("torch._utils._rebuild_parameter");

    private static long[]? Numbers(object? value) =>
        value is PickledSequence { Items: var items } && items.Count <= TensorReference.MaximumRank && items.TrueForAll(item => item is long) ? [.. items.Cast<long>()] : null;

    private static WeightsFormatException Wrong(string function) => new($"It calls '{function}' with other arguments than PyTorch does.");
}

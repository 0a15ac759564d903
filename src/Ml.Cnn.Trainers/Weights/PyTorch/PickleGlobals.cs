using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>
/// The names that a pickle may speak of. A few stand for plain functions of this library, and every other one for nothing: no name is looked up or
/// loaded.
/// </summary>
internal static class PickleGlobals
{
    private const int LongestName = 1000;

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
        ["builtins.dict"] = MakeDictionary,
        ["__builtin__.dict"] = MakeDictionary,
        ["torch._utils._rebuild_tensor"] = RebuildTensor,
        ["torch._utils._rebuild_tensor_v2"] = RebuildTensor,
        ["torch._utils._rebuild_parameter"] = RebuildParameter,
        ["torch._utils._rebuild_parameter_with_state"] = RebuildParameter,
        ["torch._tensor._rebuild_from_type_v2"] = RebuildFromType,
        ["torch.jit._pickle.restore_type_tag"] = arguments => arguments is [var value, _] ? value : throw Wrong("torch.jit._pickle.restore_type_tag"),
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
        .. ((string[])["float64", "double", "float32", "float", "float16", "half", "bfloat16", "int64", "long", "int32", "int", "int16", "short", "int8",
        "uint8", "bool"]).Select(name => $"torch.{name}"),
    ];

    // What runs programs, and no checkpoint needs: a file that asks for it was made to do harm, and whoever has it should know.
    private static readonly HashSet<string> s_harmfulModules = ["os", "posix", "nt", "subprocess", "sys", "importlib", "runpy", "pty", "ctypes", "shutil",
        "socket", "webbrowser", "code", "commands"];
    private static readonly HashSet<string> s_harmfulFunctions = ["eval", "exec", "execfile", "compile", "open", "input", "breakpoint", "__import__"];

    /// <summary>
    /// What a name stands for: a <see cref="Function"/>, a <see cref="StorageClass"/>, something of no further interest, or a
    /// <see cref="PickledName"/>.
    /// </summary>
    /// <exception cref="WeightsFormatException">The name is one of what runs programs, or of a storage whose elements are not known here.</exception>
    public static object Find(string module, string name)
    {
        if (module.Length + name.Length > LongestName)
            throw new WeightsFormatException($"The pickle names a class with more than {LongestName} characters.");
        var full = $"{module}.{name}";
        if (s_functions.TryGetValue(full, out var function))
            return function;
        if (module is "torch" or "torch.cuda" && s_storages.TryGetValue(name, out var storage))
            return storage;
        if (s_elementTypes.Contains(full))
            return PickledOpaque.Instance;
        if (s_harmfulModules.Contains(module.Split('.')[0]) || (module is "builtins" or "__builtin__" && s_harmfulFunctions.Contains(name)))
        {
            throw new WeightsFormatException($"It asks for '{Listing.Shortened(full)}', which no weights need and which could run programs in Python: "
                + "nothing of it was run here, and it should not be loaded elsewhere.");
        }
        if (module is "torch" or "torch.cuda" && name.EndsWith("Storage", StringComparison.Ordinal))
            throw new WeightsFormatException($"It holds elements of '{Listing.Shortened(full)}', which are not read here. Convert them to float32 in "
                + "Python: model.float().");
        return new PickledName(module, name);
    }

    /// <summary>The name in torch of the class of a storage.</summary>
    /// <exception cref="ArgumentException">PyTorch's format has no such storage.</exception>
    public static string StorageName(ScalarType type) => s_storages.FirstOrDefault(pair => pair.Value.Type == type).Key
        ?? throw new ArgumentException($"PyTorch's format has no storage of {type}.", nameof(type));

    /// <summary>Calls one of the functions of <see cref="Find"/>, or puts an object that does nothing where any other would be called.</summary>
    public static object? Call(object? function, IReadOnlyList<object?> arguments) => function switch
    {
        Function known => known(arguments),
        // copyreg._reconstructor(class, base, state) makes an object of a class, too.
        PickledName { Module: "copyreg" or "copy_reg" } when arguments is [PickledName made, ..] => new PickledObject(made),
        PickledName unknown => new PickledObject(unknown),
        StorageClass or PickledOpaque => PickledOpaque.Instance,
        _ => throw new WeightsFormatException("The pickle uses a value for what it is not."),
    };

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

    // (function, type, arguments, state): a tensor that Python code gave attributes.
    private static object? RebuildFromType(IReadOnlyList<object?> arguments) =>
        arguments is [Function function, _, PickledSequence inner, _] && function != RebuildFromType ? function(inner.Items) : PickledOpaque.Instance;

    private static long[]? Numbers(object? value) =>
        value is PickledSequence { Items: var items } && items.Count <= TensorReference.MaximumRank && items.TrueForAll(item => item is long)
            ? [.. items.Cast<long>()] : null;

    private static WeightsFormatException Wrong(string function) => new($"It calls '{function}' with other arguments than PyTorch does.");
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Writes a pickle of protocol 2, as PyTorch writes and reads it: values on a stack, tensors as views of storages beside the pickle.</summary>
internal sealed class PickleWriter
{
    private readonly ArrayBufferWriter<byte> _pickle = new();
    private readonly List<Tensor> _storages = [];
    private readonly Dictionary<Tensor, int> _keys = new(ReferenceEqualityComparer.Instance);

    public PickleWriter()
    {
        Write(PickleOpcode.Protocol);
        Bytes(2);
    }

    /// <summary>The tensors whose elements are the storages "0", "1", …. A tensor that was written twice is there once.</summary>
    public IReadOnlyList<Tensor> Storages => _storages;

    /// <summary>The pickle, at its end.</summary>
    public byte[] Finish()
    {
        Write(PickleOpcode.Stop);
        return _pickle.WrittenSpan.ToArray();
    }

    /// <summary>An instruction without an argument.</summary>
    public PickleWriter Write(PickleOpcode code)
    {
        Bytes((byte)code);
        return this;
    }

    /// <summary>A class or a function.</summary>
    public PickleWriter Global(string module, string name)
    {
        Write(PickleOpcode.Global);
        Bytes(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));
        return this;
    }

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Write(PickleOpcode.BinUnicode);
        Number(bytes.Length);
        Bytes(bytes);
        return this;
    }

    public PickleWriter Boolean(bool value) => Write(value ? PickleOpcode.NewTrue : PickleOpcode.NewFalse);

    public PickleWriter Integer(long value)
    {
        if (value is >= 0 and <= byte.MaxValue)
        {
            Write(PickleOpcode.BinInt1);
            Bytes((byte)value);
        }
        else if (value is >= int.MinValue and <= int.MaxValue)
        {
            Write(PickleOpcode.BinInt);
            Number((int)value);
        }
        else
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Write(PickleOpcode.Long1);
            Bytes(sizeof(long));
            Bytes(bytes);
        }
        return this;
    }

    /// <summary>torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks), over a storage of the tensor's own.</summary>
    /// <param name="tensor">Of any layout; its storage holds the elements in row-major order.</param>
    /// <param name="requiresGradient">Whether whoever reads it may train it.</param>
    /// <exception cref="ArgumentException">PyTorch's format has no storage for the tensor's type.</exception>
    public PickleWriter Tensor(Tensor tensor, bool requiresGradient)
    {
        var shape = tensor.shape;
        Global("torch._utils", "_rebuild_tensor_v2").Write(PickleOpcode.Mark);
        Storage(tensor);
        return Integer(0).Integers(shape).Integers(RowMajorStrides(shape)).Boolean(requiresGradient)
            .Global("collections", "OrderedDict").Write(PickleOpcode.EmptyTuple).Write(PickleOpcode.Reduce)
            .Write(PickleOpcode.Tuple).Write(PickleOpcode.Reduce);
    }

    // ('storage', class, key, device, elements)
    private void Storage(Tensor tensor)
    {
        if (!_keys.TryGetValue(tensor, out var key))
        {
            _keys.Add(tensor, key = _storages.Count);
            _storages.Add(tensor);
        }
        Write(PickleOpcode.Mark).Text("storage").Global("torch", PickleGlobals.StorageName(tensor.dtype)).Text(FormattableString.Invariant($"{key}"))
            .Text("cpu").Integer(tensor.numel()).Write(PickleOpcode.Tuple).Write(PickleOpcode.BinPersId);
    }

    private PickleWriter Integers(long[] values)
    {
        if (values.Length == 0)
            return Write(PickleOpcode.EmptyTuple);
        Write(PickleOpcode.Mark);
        foreach (var value in values)
            Integer(value);
        return Write(PickleOpcode.Tuple);
    }

    private static long[] RowMajorStrides(long[] shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }
        return strides;
    }

    private void Number(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        Bytes(bytes);
    }

    private void Bytes(params ReadOnlySpan<byte> bytes) => _pickle.Write(bytes);
}

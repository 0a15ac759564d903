using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.Formats;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>The elements of a file's tensors: numbers with a point as float32, whole numbers as int64.</summary>
/// <param name="external">The files beside it.</param>
internal sealed class TensorReader(ExternalWeights external)
{
    private const int HighestRank = 8;
    private const int MostIntegers = 1 << 16; // lists of whole numbers are shapes and positions

    /// <summary>The tensor's dimensions.</summary>
    /// <exception cref="OnnxFormatException">They are negative, too many, or multiply beyond what can be counted.</exception>
    public static long[] ShapeOf(TensorProto tensor)
    {
        if (tensor.Dims.Count > HighestRank)
            throw Wrong(tensor, $"has {tensor.Dims.Count} dimensions");
        if (tensor.Dims.FirstOrDefault(length => length < 0) is < 0 and var negative)
            throw Wrong(tensor, $"has a dimension of {negative}");
        return [.. tensor.Dims];
    }

    /// <summary>Whether the elements are whole numbers.</summary>
    public static bool IsInteger(TensorProto tensor) => (DataType)tensor.DataType switch
    {
        DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double => false,
        DataType.Int64 or DataType.Int32 or DataType.Int16 or DataType.Int8 or DataType.Uint8 or DataType.Uint16 or DataType.Uint32 or DataType.Uint64
            or DataType.Bool => true,
        _ => throw Wrong(tensor, $"has elements of the unknown type {tensor.DataType}"),
    };

    /// <summary>Numbers with a point as float32, on the CPU. The tensor is the caller's scope's.</summary>
    /// <exception cref="OnnxFormatException">The shape and the elements do not go together.</exception>
    public Tensor Floats(TensorProto tensor)
    {
        var (shape, type) = (ShapeOf(tensor), TypeOf((DataType)tensor.DataType));
        var elements = Elements(tensor, shape);
        if (tensor.DataLocation == DataLocation.External)
        {
            var stream = external.Find(tensor, elements * ElementTypes.Of(type).Size);
            var read = empty(shape, type, CPU);
            TensorMemory.ReadFrom(read, stream);
            return read.to(float32);
        }
        if (tensor.HasRawData)
        {
            Require(tensor, elements, tensor.RawData.Length, ElementTypes.Of(type).Size);
            var read = empty(shape, type, CPU);
            if (elements > 0)
                tensor.RawData.Span.CopyTo(read.bytes);
            return read.to(float32);
        }
        return Listed(tensor, shape, elements, type);
    }

    /// <summary>Whole numbers.</summary>
    /// <exception cref="OnnxFormatException">The shape and the elements do not go together, or there are more than shapes and positions need.</exception>
    public long[] Integers(TensorProto tensor)
    {
        var elements = Elements(tensor, ShapeOf(tensor));
        if (elements > MostIntegers)
            throw Wrong(tensor, $"holds {elements} whole numbers; lists of shapes and positions have at most {MostIntegers}");
        var type = (DataType)tensor.DataType;
        var size = SizeOf(type);
        if (tensor.DataLocation == DataLocation.External)
        {
            var bytes = new byte[elements * size];
            external.Find(tensor, bytes.Length).ReadExactly(bytes);
            return Converted(bytes, type, size);
        }
        if (tensor.HasRawData)
        {
            Require(tensor, elements, tensor.RawData.Length, size);
            return Converted(tensor.RawData.Span, type, size);
        }
        var (count, numbers) = type switch
        {
            DataType.Int64 => (tensor.Int64Data.Count, (IEnumerable<long>)tensor.Int64Data),
            DataType.Uint32 or DataType.Uint64 => (tensor.Uint64Data.Count, tensor.Uint64Data.Select(number => (long)number)),
            _ => (tensor.Int32Data.Count, tensor.Int32Data.Select(number => (long)number)),
        };
        Require(tensor, elements, count, 1);
        return [.. numbers];
    }

    private static Tensor Listed(TensorProto tensor, long[] shape, long elements, ScalarType type)
    {
        switch (type)
        {
            case ScalarType.Float32:
                Require(tensor, elements, tensor.FloatData.Count, 1);
                return Of(tensor.FloatData.ToArray());
            case ScalarType.Float64:
                Require(tensor, elements, tensor.DoubleData.Count, 1);
                return Of(tensor.DoubleData.ToArray()).to(float32);
            default: // halves as their bits
                Require(tensor, elements, tensor.Int32Data.Count, 1);
                var read = empty(shape, type, CPU);
                var bits = tensor.Int32Data.Select(number => (ushort)number).ToArray();
                if (elements > 0)
                    MemoryMarshal.AsBytes<ushort>(bits).CopyTo(read.bytes);
                return read.to(float32);
        }

        Tensor Of<T>(T[] numbers) where T : unmanaged
        {
            var read = empty(shape, type, CPU);
            if (numbers.Length > 0)
                MemoryMarshal.AsBytes<T>(numbers).CopyTo(read.bytes);
            return read;
        }
    }

    private static long Elements(TensorProto tensor, long[] shape)
    {
        // Dimensions of 0 count as 1 at first: torch multiplies the others too.
        var elements = 1L;
        foreach (var length in shape)
        {
            if (length > 0 && elements > long.MaxValue / sizeof(double) / length)
                throw Wrong(tensor, $"has more elements than can be counted: {string.Join(" × ", shape)}");
            elements *= Math.Max(1, length);
        }
        return shape.Contains(0) ? 0 : elements;
    }

    private static void Require(TensorProto tensor, long elements, long found, int size)
    {
        if (elements * size != found)
            throw Wrong(tensor, $"takes {elements * size} {(size == 1 ? "elements" : "bytes")} by its shape {string.Join(" × ", tensor.Dims)} and has {found}");
    }

    private static long[] Converted(ReadOnlySpan<byte> bytes, DataType type, int size)
    {
        var numbers = new long[bytes.Length / size];
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = bytes.Slice(i * size, size);
            numbers[i] = type switch
            {
                DataType.Int8 => (sbyte)number[0],
                DataType.Uint8 or DataType.Bool => number[0],
                DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(number),
                DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(number),
                DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(number),
                DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(number),
                _ => BinaryPrimitives.ReadInt64LittleEndian(number),
            };
        }
        return numbers;
    }

    private static ScalarType TypeOf(DataType type) => type switch
    {
        DataType.Double => ScalarType.Float64,
        DataType.Float16 => ScalarType.Float16,
        DataType.Bfloat16 => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };

    private static int SizeOf(DataType type) => type switch
    {
        DataType.Int8 or DataType.Uint8 or DataType.Bool => 1,
        DataType.Int16 or DataType.Uint16 => 2,
        DataType.Int32 or DataType.Uint32 => 4,
        _ => 8,
    };

    private static OnnxFormatException Wrong(TensorProto tensor, string what) => new($"the tensor '{Listing.Shortened(tensor.Name)}' {what}");
}

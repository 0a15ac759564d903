using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// The two loops of a separable resize. Sums are 32-bit fixed point; each pass rounds to bytes. Where the CPU has AVX2, it
/// does most of the rows in <see cref="PairedResizePasses"/>, with the same results.
/// </summary>
internal static class ResizePasses
{
    private const int Bits = ResizeCoefficients.PrecisionBits;
    private const int Half = 1 << (Bits - 1);

    /// <summary>Resizes rows: output column x of the window is made of the source columns that the coefficients name.</summary>
    /// <param name="source">From the first row's first pixel on.</param>
    /// <param name="sourceStride">Bytes from a row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="channels">1, 3 or 4.</param>
    /// <param name="coefficients">For the whole output row.</param>
    /// <param name="firstColumn">The first output column that is wanted.</param>
    /// <param name="columns">How many output columns are wanted.</param>
    /// <param name="target">rows × columns × channels bytes, without padding.</param>
    public static void Horizontal(ReadOnlySpan<byte> source, int sourceStride, int rows, int channels,
        ResizeCoefficients coefficients, int firstColumn, int columns, Span<byte> target)
    {
        var done = channels > 1 && PairedResizePasses.IsSupported
            ? PairedResizePasses.Horizontal(source, sourceStride, rows, channels, coefficients, firstColumn, columns, target)
            : 0;
        for (var y = done; y < rows; y++)
        {
            var row = source[(y * sourceStride)..];
            var targetRow = target.Slice(y * columns * channels, columns * channels);
            // The vector loop reads four bytes per pixel: for RGB that is one byte more than the row has.
            var lastByte = coefficients.End(firstColumn + columns - 1) * channels;
            if (channels == 1)
                GrayRow(row, coefficients, firstColumn, targetRow);
            else if (channels == 4 || lastByte < row.Length)
                ColorRow(row, channels, coefficients, firstColumn, columns, targetRow);
            else
                ColorRowWithoutOverread(row, coefficients, firstColumn, columns, targetRow);
        }
    }

    /// <summary>Resizes columns.</summary>
    /// <param name="source">From the first byte of the row that the coefficients call <paramref name="sourceFirstRow"/>.</param>
    /// <param name="sourceStride">Bytes from a row to the next.</param>
    /// <param name="sourceFirstRow">Rows above it were left out.</param>
    /// <param name="rowBytes">Bytes of a row that count.</param>
    /// <param name="coefficients">For the whole output column.</param>
    /// <param name="firstRow">The first output row that is wanted.</param>
    /// <param name="rows">How many output rows are wanted.</param>
    /// <param name="target">From the first output byte on.</param>
    /// <param name="targetStride">Bytes from an output row to the next.</param>
    public static void Vertical(ReadOnlySpan<byte> source, int sourceStride, int sourceFirstRow, int rowBytes,
        ResizeCoefficients coefficients, int firstRow, int rows, Span<byte> target, int targetStride)
    {
        for (var y = 0; y < rows; y++)
        {
            var from = source[((coefficients.Start(firstRow + y) - sourceFirstRow) * sourceStride)..];
            var to = target.Slice(y * targetStride, rowBytes);
            var weights = coefficients.Weights(firstRow + y);
            var done = PairedResizePasses.IsSupported
                ? PairedResizePasses.VerticalRow(from, sourceStride, weights.Length, coefficients.Pairs(firstRow + y), to) : 0;
            VerticalRow(from[done..], sourceStride, weights, to[done..]);
        }
    }

    private static void GrayRow(ReadOnlySpan<byte> row, ResizeCoefficients coefficients, int firstColumn, Span<byte> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var weights = coefficients.Weights(firstColumn + x);
            var pixels = row.Slice(coefficients.Start(firstColumn + x), weights.Length);
            var sum = Half;
            for (var i = 0; i < pixels.Length; i++)
                sum += pixels[i] * weights[i];
            target[x] = ToByte(sum);
        }
    }

    /// <summary>A pixel's channels side by side in one vector.</summary>
    private static void ColorRow(ReadOnlySpan<byte> row, int channels, ResizeCoefficients coefficients, int firstColumn, int columns, Span<byte> target)
    {
        ref var first = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(target);
        for (var x = 0; x < columns; x++)
        {
            var weights = coefficients.Weights(firstColumn + x);
            ref var pixel = ref Unsafe.Add(ref first, coefficients.Start(firstColumn + x) * channels);
            var even = Vector128.Create(Half);
            var odd = Vector128<int>.Zero;
            var i = 0;
            for (; i + 1 < weights.Length; i += 2, pixel = ref Unsafe.Add(ref pixel, 2 * channels))
            {
                even += Channels(ref pixel) * weights[i];
                odd += Channels(ref Unsafe.Add(ref pixel, channels)) * weights[i + 1];
            }
            if (i < weights.Length)
                even += Channels(ref pixel) * weights[i];

            var packed = ToBytes(even + odd);
            if (channels == 4)
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, x * 4), packed);
            }
            else
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, x * 3), (ushort)packed);
                Unsafe.Add(ref to, x * 3 + 2) = (byte)(packed >> 16);
            }
        }
    }

    private static void ColorRowWithoutOverread(ReadOnlySpan<byte> row, ResizeCoefficients coefficients, int firstColumn, int columns, Span<byte> target)
    {
        for (var x = 0; x < columns; x++)
        {
            var weights = coefficients.Weights(firstColumn + x);
            var from = coefficients.Start(firstColumn + x) * 3;
            for (var c = 0; c < 3; c++)
            {
                var sum = Half;
                for (var i = 0; i < weights.Length; i++)
                    sum += row[from + i * 3 + c] * weights[i];
                target[x * 3 + c] = ToByte(sum);
            }
        }
    }

    private static void VerticalRow(ReadOnlySpan<byte> source, int stride, ReadOnlySpan<int> weights, Span<byte> target)
    {
        if (target.IsEmpty)
            return;
        // Every byte that the vector loop reads lies below this one.
        _ = source[(weights.Length - 1) * stride + target.Length - 1];
        ref var first = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        var x = 0;
        for (; x + Vector256<byte>.Count <= target.Length; x += Vector256<byte>.Count)
        {
            var (a, b, c, d) = (Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half), Vector256.Create(Half));
            ref var column = ref Unsafe.Add(ref first, x);
            for (var i = 0; i < weights.Length; i++, column = ref Unsafe.Add(ref column, stride))
            {
                var weight = Vector256.Create(weights[i]);
                a += EightBytes(ref column) * weight;
                b += EightBytes(ref Unsafe.Add(ref column, 8)) * weight;
                c += EightBytes(ref Unsafe.Add(ref column, 16)) * weight;
                d += EightBytes(ref Unsafe.Add(ref column, 24)) * weight;
            }
            var lower = Vector256.Narrow(Clamp(a >> Bits), Clamp(b >> Bits));
            var upper = Vector256.Narrow(Clamp(c >> Bits), Clamp(d >> Bits));
            Vector256.Narrow(lower.AsUInt16(), upper.AsUInt16()).StoreUnsafe(ref Unsafe.Add(ref to, x));
        }
        for (; x < target.Length; x++)
        {
            var sum = Half;
            for (var i = 0; i < weights.Length; i++)
                sum += Unsafe.Add(ref first, i * stride + x) * weights[i];
            target[x] = ToByte(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> EightBytes(ref byte first)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref first)).AsByte();
        var (lower, upper) = Vector128.Widen(Vector128.WidenLower(bytes));
        return Vector256.Create(lower, upper).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Channels(ref byte pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clamp(Vector256<int> sums) => Vector256.Min(Vector256.Max(sums, Vector256<int>.Zero), Vector256.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ToBytes(Vector128<int> sums)
    {
        var clamped = Vector128.Min(Vector128.Max(sums >> Bits, Vector128<int>.Zero), Vector128.Create(255));
        var words = Vector128.Narrow(clamped, clamped).AsUInt16();
        return Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);
}

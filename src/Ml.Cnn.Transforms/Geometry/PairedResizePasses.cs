using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// The loops of <see cref="ResizePasses"/> for CPUs with AVX2: two pixels at a time by one multiply-add of 16-bit neighbors, once
/// with the upper halves of their weights and once with the lower ones. Exact, so the results are those of the other loops.
/// </summary>
internal static class PairedResizePasses
{
    private const int Bits = ResizeCoefficients.PrecisionBits;
    private const int Half = 1 << (Bits - 1);
    private const int RowsAtOnce = 4;

    /// <summary>Whether the CPU can run these loops.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Resizes rows of 3 or 4 channels, four at a time.</summary>
    /// <returns>How many rows were done: all but those behind the last four that may be read a few bytes beyond their end.</returns>
    public static int Horizontal(ReadOnlySpan<byte> source, int sourceStride, int rows, int channels,
        ResizeCoefficients coefficients, int firstColumn, int columns, Span<byte> target)
    {
        // Eight bytes are read for every two pixels, of which an odd last one may lie beyond the row.
        var reach = 0;
        for (var x = Math.Max(0, columns - 8); x < columns; x++)
            reach = Math.Max(reach, (coefficients.Start(firstColumn + x) + coefficients.Pairs(firstColumn + x).Length - 2) * channels + sizeof(ulong));
        var readable = source.Length < reach ? 0 : Math.Min(rows, (source.Length - reach) / sourceStride + 1);
        if (readable < RowsAtOnce)
            return 0;
        _ = target[rows * columns * channels - 1];
        ref var first = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        for (var y = 0; y < readable; y += RowsAtOnce)
        {
            y = Math.Min(y, readable - RowsAtOnce); // the last four may do rows again
            FourRows(ref Unsafe.Add(ref first, y * sourceStride), sourceStride, channels, coefficients, firstColumn, columns,
                ref Unsafe.Add(ref to, y * columns * channels));
        }
        return readable;
    }

    /// <summary>Resizes columns: one output row.</summary>
    /// <param name="source">From the first row that counts on.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="taps">How many rows count.</param>
    /// <param name="pairs">Their weights.</param>
    /// <param name="target">The output row.</param>
    /// <returns>How many bytes were done: all but a rest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    public static int VerticalRow(ReadOnlySpan<byte> source, int stride, int taps, ReadOnlySpan<int> pairs, Span<byte> target)
    {
        const int width = 16;
        var done = target.Length / width * width;
        if (done == 0)
            return 0;
        _ = source[(taps - 1) * stride + done - 1];
        ref var first = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        for (var x = 0; x < done; x += width)
        {
            var (upperA, upperB) = (Vector256<int>.Zero, Vector256<int>.Zero);
            var (lowerA, lowerB) = (Vector256.Create(Half), Vector256.Create(Half));
            ref var row = ref Unsafe.Add(ref first, x);
            for (var i = 0; i < taps; i += 2, row = ref Unsafe.Add(ref row, 2 * stride))
            {
                var upper = Vector256.Create(pairs[i]).AsInt16();
                var lower = Vector256.Create(pairs[i + 1]).AsInt16();
                var one = Vector128.LoadUnsafe(ref row);
                var other = i + 1 < taps ? Vector128.LoadUnsafe(ref row, (nuint)stride) : one; // its weight is 0
                var a = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(one, other));  // columns 0 to 7, each with the one below it
                var b = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(one, other)); // columns 8 to 15
                upperA += Avx2.MultiplyAddAdjacent(a, upper);
                upperB += Avx2.MultiplyAddAdjacent(b, upper);
                lowerA += Avx2.MultiplyAddAdjacent(a, lower);
                lowerB += Avx2.MultiplyAddAdjacent(b, lower);
            }
            // Packing works within halves of 128 bits: the words come as columns 0–3, 8–11, 4–7, 12–15.
            var words = Avx2.PackSignedSaturate(Rounded(upperA, lowerA), Rounded(upperB, lowerB));
            words = Avx2.Permute4x64(words.AsInt64(), 0b11_01_10_00).AsInt16();
            Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper()).StoreUnsafe(ref to, (nuint)x);
        }
        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    private static void FourRows(ref byte source, int stride, int channels, ResizeCoefficients coefficients, int firstColumn, int columns, ref byte target)
    {
        // Two pixels as 16-bit neighbors: r r g g b b (a a).
        var spread = channels == 3
            ? Vector256.Create(Vector128.Create((byte)0, 255, 3, 255, 1, 255, 4, 255, 2, 255, 5, 255, 255, 255, 255, 255))
            : Vector256.Create(Vector128.Create((byte)0, 255, 4, 255, 1, 255, 5, 255, 2, 255, 6, 255, 3, 255, 7, 255));
        var targetStride = columns * channels;
        for (var x = 0; x < columns; x++)
        {
            ref var pixels = ref Unsafe.Add(ref source, coefficients.Start(firstColumn + x) * channels);
            var pairs = coefficients.Pairs(firstColumn + x);
            var (upperA, upperB) = (Vector256<int>.Zero, Vector256<int>.Zero);
            var (lowerA, lowerB) = (Vector256.Create(Half), Vector256.Create(Half));
            for (var i = 0; i + 1 < pairs.Length; i += 2, pixels = ref Unsafe.Add(ref pixels, 2 * channels))
            {
                var upper = Vector256.Create(pairs[i]).AsInt16();
                var lower = Vector256.Create(pairs[i + 1]).AsInt16();
                var a = Avx2.Shuffle(TwoRows(ref pixels, stride), spread).AsInt16();
                var b = Avx2.Shuffle(TwoRows(ref Unsafe.Add(ref pixels, 2 * stride), stride), spread).AsInt16();
                upperA += Avx2.MultiplyAddAdjacent(a, upper);
                upperB += Avx2.MultiplyAddAdjacent(b, upper);
                lowerA += Avx2.MultiplyAddAdjacent(a, lower);
                lowerB += Avx2.MultiplyAddAdjacent(b, lower);
            }
            // Packed within halves: rows 0 and 2 in the lower one, 1 and 3 in the upper one.
            var words = Avx2.PackSignedSaturate(Rounded(upperA, lowerA), Rounded(upperB, lowerB));
            var bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
            ref var to = ref Unsafe.Add(ref target, x * channels);
            Store(bytes.GetElement(0), ref to, channels);
            Store(bytes.GetElement(4), ref Unsafe.Add(ref to, targetStride), channels);
            Store(bytes.GetElement(1), ref Unsafe.Add(ref to, 2 * targetStride), channels);
            Store(bytes.GetElement(5), ref Unsafe.Add(ref to, 3 * targetStride), channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> TwoRows(ref byte pixels, int stride) => Vector256.Create(
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref pixels)),
        Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref pixels, stride)))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Rounded(Vector256<int> upper, Vector256<int> lower) => ((upper << ResizeCoefficients.LowBits) + lower) >> Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(uint pixel, ref byte target, int channels)
    {
        if (channels == 4)
        {
            Unsafe.WriteUnaligned(ref target, pixel);
            return;
        }
        Unsafe.WriteUnaligned(ref target, (ushort)pixel);
        Unsafe.Add(ref target, 2) = (byte)(pixel >> 16);
    }
}

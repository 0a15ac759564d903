using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// Bytes to the floats of a network's input: (value / 255 − mean) / deviation, computed as value · scale + offset. Planes are
/// filled from one table of 256 values per channel, interleaved values by vector arithmetic; both give the same bits. May be
/// shared between threads.
/// </summary>
internal sealed class PixelTensor
{
    private readonly float[] _table; // channels × 256

    // One value for each float of as many vectors as it takes until the channels come in the same places again.
    private readonly float[] _scales;
    private readonly float[] _offsets;

    /// <summary>Computes the tables.</summary>
    /// <param name="normalization">The statistics; they are adapted to the channels.</param>
    /// <param name="channels">1, 3 or 4.</param>
    public PixelTensor(Normalization normalization, int channels)
    {
        normalization = normalization.ForChannels(channels);
        Channels = channels;
        _table = new float[channels * 256];
        _scales = new float[channels * Vector<byte>.Count];
        _offsets = new float[_scales.Length];
        for (var c = 0; c < channels; c++)
        {
            var scale = (float)(1 / (255.0 * normalization.Deviation[c]));
            var offset = (float)(-(double)normalization.Mean[c] / normalization.Deviation[c]);
            for (var value = 0; value < 256; value++)
                _table[c * 256 + value] = value * scale + offset;
            for (var i = c; i < _scales.Length; i += channels)
                (_scales[i], _offsets[i]) = (scale, offset);
        }
    }

    /// <summary>Channels of the images.</summary>
    public int Channels { get; }

    /// <summary>Fills one image of a batch, plane after plane.</summary>
    /// <param name="hwc">Height × width × channels bytes.</param>
    /// <param name="chw">Channels × height × width floats.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void FillPlanar(ReadOnlySpan<byte> hwc, Span<float> chw)
    {
        CheckLengths(hwc.Length, chw.Length);
        var pixels = hwc.Length / Channels;
        if (Channels == 3)
        {
            FillThreePlanes(hwc, chw[..pixels], chw.Slice(pixels, pixels), chw.Slice(2 * pixels, pixels));
            return;
        }
        for (var c = 0; c < Channels; c++)
        {
            ReadOnlySpan<float> table = _table.AsSpan(c * 256, 256);
            var plane = chw.Slice(c * pixels, pixels);
            for (int i = 0, from = c; i < plane.Length; i++, from += Channels)
                plane[i] = table[hwc[from]];
        }
    }

    /// <summary>Fills one image of a batch in channels_last order.</summary>
    /// <param name="hwc">Height × width × channels bytes.</param>
    /// <param name="hwcFloats">Height × width × channels floats.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void FillInterleaved(ReadOnlySpan<byte> hwc, Span<float> hwcFloats)
    {
        CheckLengths(hwc.Length, hwcFloats.Length);
        var filled = FillByVectors(hwc, hwcFloats);
        for (var i = filled; i < hwc.Length; i++)
            hwcFloats[i] = _table[i % Channels * 256 + hwc[i]];
    }

    /// <returns>How many values were filled: all but a rest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    private int FillByVectors(ReadOnlySpan<byte> bytes, Span<float> floats)
    {
        ref var scales = ref MemoryMarshal.GetArrayDataReference(_scales);
        ref var offsets = ref MemoryMarshal.GetArrayDataReference(_offsets);
        ref var source = ref MemoryMarshal.GetReference(bytes);
        ref var target = ref MemoryMarshal.GetReference(floats);
        var block = _scales.Length;
        var position = 0;
        for (; position + block <= bytes.Length; position += block)
        {
            for (var i = 0; i < block; i += Vector<byte>.Count)
            {
                Vector.Widen(Vector.LoadUnsafe(ref source, (nuint)(position + i)), out var low, out var high);
                Store(low, i, ref scales, ref offsets, ref target, position);
                Store(high, i + Vector<ushort>.Count, ref scales, ref offsets, ref target, position);
            }
        }
        return position;

        static void Store(Vector<ushort> values, int i, ref float scales, ref float offsets, ref float target, int position)
        {
            Vector.Widen(values, out var low, out var high);
            StoreFloats(low, i, ref scales, ref offsets, ref target, position);
            StoreFloats(high, i + Vector<uint>.Count, ref scales, ref offsets, ref target, position);
        }

        static void StoreFloats(Vector<uint> values, int i, ref float scales, ref float offsets, ref float target, int position)
        {
            var floats = Vector.ConvertToSingle(Vector.AsVectorInt32(values)); // never negative, and signed converts faster
            (floats * Vector.LoadUnsafe(ref scales, (nuint)i) + Vector.LoadUnsafe(ref offsets, (nuint)i)).StoreUnsafe(ref target, (nuint)(position + i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called in bulk from the first image on
    private void FillThreePlanes(ReadOnlySpan<byte> hwc, Span<float> red, Span<float> green, Span<float> blue)
    {
        ReadOnlySpan<float> redTable = _table.AsSpan(0, 256);
        ReadOnlySpan<float> greenTable = _table.AsSpan(256, 256);
        ReadOnlySpan<float> blueTable = _table.AsSpan(512, 256);
        for (int i = 0, from = 0; i < red.Length; i++, from += 3)
        {
            red[i] = redTable[hwc[from]];
            green[i] = greenTable[hwc[from + 1]];
            blue[i] = blueTable[hwc[from + 2]];
        }
    }

    private void CheckLengths(int bytes, int floats)
    {
        if (bytes != floats || bytes % Channels != 0)
            throw new ArgumentException($"{bytes} bytes do not fill {floats} values of {Channels} channels.");
    }
}

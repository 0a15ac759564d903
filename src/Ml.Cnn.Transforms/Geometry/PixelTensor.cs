namespace Ml.Cnn.Transforms.Geometry;

/// <summary>
/// Bytes to the floats of a network's input, by one table of 256 values per channel. May be shared between threads.
/// </summary>
internal sealed class PixelTensor
{
    private readonly float[] _table; // channels × 256

    /// <summary>Computes the tables: (value / 255 − mean) / deviation.</summary>
    /// <param name="normalization">The statistics; they are adapted to the channels.</param>
    /// <param name="channels">1, 3 or 4.</param>
    public PixelTensor(Normalization normalization, int channels)
    {
        normalization = normalization.ForChannels(channels);
        Channels = channels;
        _table = new float[channels * 256];
        for (var c = 0; c < channels; c++)
            for (var value = 0; value < 256; value++)
                _table[c * 256 + value] = (value / 255f - normalization.Mean[c]) / normalization.Deviation[c];
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
        var table = _table;
        if (Channels == 3)
        {
            for (var i = 0; i + 2 < hwc.Length; i += 3)
            {
                hwcFloats[i] = table[hwc[i]];
                hwcFloats[i + 1] = table[256 + hwc[i + 1]];
                hwcFloats[i + 2] = table[512 + hwc[i + 2]];
            }
            return;
        }
        for (var c = 0; c < Channels; c++)
            for (var i = c; i < hwc.Length; i += Channels)
                hwcFloats[i] = table[c * 256 + hwc[i]];
    }

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

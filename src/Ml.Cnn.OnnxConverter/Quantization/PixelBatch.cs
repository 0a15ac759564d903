namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Images as a network takes them.</summary>
/// <param name="Pixels">N × C × H × W numbers, and maybe room behind them.</param>
/// <param name="Labels">N classes, from 0; null where an image has none.</param>
internal sealed record PixelBatch(float[] Pixels, IReadOnlyList<int?> Labels)
{
    /// <summary>N, which may be 0.</summary>
    public int Count => Labels.Count;
}

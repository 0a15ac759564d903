namespace Ml.Cnn.Transforms.Sources.Digits;

/// <summary>
/// Random numbers that follow from a seed and a row alone, the same on every system and runtime.
/// </summary>
internal struct RowRandom
{
    private ulong _state;

    public RowRandom(int seed, long row) =>
        _state = SplitMix64.Mix(unchecked((ulong)seed * 0xD1B54A32D192ED03 + (ulong)row * SplitMix64.Step));

    /// <summary>64 random bits.</summary>
    public ulong Next() => SplitMix64.Next(ref _state);

    /// <summary>From 0 to below <paramref name="limit"/>.</summary>
    public int Next(int limit) => (int)((Next() >> 32) * (ulong)limit >> 32);

    /// <summary>Evenly between two values.</summary>
    public float Between(float from, float to) => from + (to - from) * (Next() >> 40) / (1 << 24);

    /// <summary>A pair from the normal distribution with mean 0 and deviation 1 (Box and Muller 1958).</summary>
    public (float First, float Second) NextNormal()
    {
        var radius = MathF.Sqrt(-2 * MathF.Log(1 - Between(0, 1)));
        var (sin, cos) = MathF.SinCos(Between(0, 2 * MathF.PI));
        return (radius * cos, radius * sin);
    }
}

namespace Ml.Cnn.Transforms.Sources.Digits;

/// <summary>
/// Random numbers that follow from a seed and a row alone (SplitMix64, Steele et al. 2014), the same on every system
/// and runtime, which System.Random does not promise.
/// </summary>
internal struct RowRandom
{
    private ulong _state;

    public RowRandom(int seed, long row) => _state = Mix(unchecked((ulong)seed * 0xD1B54A32D192ED03 + (ulong)row * 0x9E3779B97F4A7C15));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

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

    private static ulong Mix(ulong value)
    {
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
        value = (value ^ value >> 27) * 0x94D049BB133111EB;
        return value ^ value >> 31;
    }
}

namespace Ml.Cnn.Transforms;

/// <summary>A counter behind a mixing function (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).</summary>
/// <remarks>The same numbers on every system and runtime, which System.Random does not promise.</remarks>
internal static class SplitMix64
{
    /// <summary>What is added to the counter for each number.</summary>
    public const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Makes a counter a random number: each of its bits depends on all of the counter's.</summary>
    public static ulong Mix(ulong counter)
    {
        var z = (counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The next number of a counter.</summary>
    public static ulong Next(ref ulong counter) => Mix(counter += Step);
}

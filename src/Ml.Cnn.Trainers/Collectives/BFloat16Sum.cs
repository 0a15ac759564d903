namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Sums of numbers that travel as bfloat16, where the transport knows no such numbers.</summary>
internal static class BFloat16Sum
{
    /// <summary>Adds up rows in float32, in their order, and rounds each sum once.</summary>
    /// <param name="rows">One after the other, each as long as <paramref name="sums"/>.</param>
    /// <param name="sums">Becomes the sum of the rows; may be none of them.</param>
    public static void Add(ReadOnlySpan<ushort> rows, Span<ushort> sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            var sum = 0f;
            for (var at = i; at < rows.Length; at += sums.Length)
                sum += BitConverter.Int32BitsToSingle(rows[at] << 16);
            sums[i] = Rounded(sum);
        }
    }

    // To the nearest, of two as near to the even one, as libtorch rounds.
    private static ushort Rounded(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

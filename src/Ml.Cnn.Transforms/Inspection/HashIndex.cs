using System.Numerics;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>Finds those of many 64-bit hashes that differ from one in few bits, without looking at all of them.</summary>
/// <remarks>
/// Norouzi, Punjani, Fleet: Fast Search in Hamming Space with Multi-Index Hashing (2012), section 3: where two hashes differ in at most d bits, one of their
/// four bands of 16 bits differs in at most d / 4, so that each band is looked up in a table under all values that are so near.
/// </remarks>
internal sealed class HashIndex
{
    private const int Bands = 4;
    private const int BandBits = 64 / Bands;
    private const int BandValues = 1 << BandBits;

    private readonly ulong[] _hashes;
    private readonly int[][] _starts; // for each band, where the hashes with a value begin
    private readonly int[][] _places; // for each band, the hashes by its value

    /// <param name="hashes">Found by their place.</param>
    public HashIndex(ReadOnlySpan<ulong> hashes)
    {
        _hashes = hashes.ToArray();
        (_starts, _places) = (new int[Bands][], new int[Bands][]);
        for (var band = 0; band < Bands; band++)
            (_starts[band], _places[band]) = Sort(band);
    }

    /// <summary>The places of all hashes that differ from one in at most so many bits, each once, in no order.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="distance">0 to 15 bits.</param>
    /// <param name="found">Emptied, and filled with places.</param>
    public void Find(ulong hash, int distance, List<int> found)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(distance, 15);
        found.Clear();
        var radius = distance / Bands;
        foreach (var change in Changes(radius))
        {
            for (var band = 0; band < Bands; band++)
            {
                var value = Band(hash, band) ^ change;
                for (var i = _starts[band][value]; i < _starts[band][value + 1]; i++)
                {
                    var place = _places[band][i];
                    if (BitOperations.PopCount(hash ^ _hashes[place]) <= distance && IsFirstBand(hash ^ _hashes[place], band, radius))
                        found.Add(place);
                }
            }
        }
    }

    // A hash that is near in several bands is found by the first of them alone.
    private static bool IsFirstBand(ulong difference, int band, int radius)
    {
        for (var earlier = 0; earlier < band; earlier++)
            if (BitOperations.PopCount((uint)Band(difference, earlier)) <= radius)
                return false;
        return true;
    }

    private static int Band(ulong hash, int band) => (int)(hash >> (band * BandBits)) & (BandValues - 1);

    private (int[] Starts, int[] Places) Sort(int band)
    {
        var starts = new int[BandValues + 1];
        foreach (var hash in _hashes)
            starts[Band(hash, band) + 1]++;
        for (var value = 0; value < BandValues; value++)
            starts[value + 1] += starts[value];
        var (next, places) = (starts.ToArray(), new int[_hashes.Length]);
        for (var place = 0; place < _hashes.Length; place++)
            places[next[Band(_hashes[place], band)]++] = place;
        return (starts, places);
    }

    private static readonly int[][] s_changes = [.. Enumerable.Range(0, 4).Select(radius =>
        Enumerable.Range(0, BandValues).Where(value => BitOperations.PopCount((uint)value) <= radius).ToArray())];

    /// <summary>All ways to change a band in at most so many bits.</summary>
    private static int[] Changes(int radius) => s_changes[radius];
}

using System.Numerics;
using Ml.Cnn.Transforms.Inspection;

namespace Ml.Cnn.DataQuality.Tests.Neighbors;

[TestClass]
public class HashTests
{
    /// <summary>Protects the lookup: it finds what a comparison of all pairs finds, each once, whichever bands the bits are in.</summary>
    [TestMethod]
    public void The_index_finds_what_comparing_all_finds()
    {
        var seed = Random.Shared.Next();
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        List<ulong> hashes = [.. Enumerable.Range(0, 3000).Select(_ => (ulong)random.NextInt64())];
        for (var i = 0; i < 1000; i++) // neighbors at every distance
            hashes.Add(Enumerable.Range(0, i % 20).Aggregate(hashes[i], (hash, _) => hash ^ 1UL << random.Next(64)));
        var index = new HashIndex(hashes.ToArray());
        List<int> found = [];
        for (var i = 0; i < 200; i++)
        {
            var (hash, distance) = (hashes[random.Next(hashes.Count)], i % 16);
            index.Find(hash, distance, found);
            found.Sort();
            CollectionAssert.AreEqual(Enumerable.Range(0, hashes.Count).Where(other => BitOperations.PopCount(hash ^ hashes[other]) <= distance).ToList(),
                found, $"distance {distance}");
        }
    }

    /// <summary>
    /// Protects the hash's definition: the 64 lowest frequencies of the discrete cosine transform but the constant ones, against their median.
    /// </summary>
    [TestMethod]
    public void The_hash_is_the_sign_of_low_frequencies()
    {
        var gray = new byte[32 * 32];
        new Random(7).NextBytes(gray);
        var coefficients = Enumerable.Range(0, 64).Select(i => Coefficient(gray, i % 8 + 1, i / 8 + 1)).ToArray();
        var median = coefficients.Order().Skip(31).Take(2).Average();
        var hash = PerceptualHash.Of(gray);
        for (var i = 0; i < 64; i++)
            Assert.AreEqual(coefficients[i] > median, (hash >> i & 1) == 1, $"bit {i}");
    }

    private static double Coefficient(byte[] gray, int u, int v) => Enumerable.Range(0, gray.Length).Sum(i =>
        gray[i] * Math.Cos(Math.PI * (2 * (i % 32) + 1) * u / 64) * Math.Cos(Math.PI * (2 * (i / 32) + 1) * v / 64));
}

using Ml.Cnn.Inspection.Embedding;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Principal components are those of numpy.linalg.svd, of either shape of table.</summary>
[TestClass]
public sealed class PrincipalComponentsTests
{
    /// <summary>Protects the matrix of covariances: numpy's left singular vectors times the values, the largest number of each direction positive.</summary>
    [TestMethod]
    public void More_rows_than_columns()
    {
        var found = PrincipalComponents.Of(new([1, 2, 0, 3, 1, 1, 0, 4, 2, 5, 0, 1, 2, 2, 7], 3));
        AssertAre([-1.66745568, -1.53319283, 0.96481209, -2.3279209, 4.56375732], found.X);
        AssertAre([-1.82197669, 0.59748778, -2.9304839, 2.64912582, 1.505847], found.Y);
        Assert.AreEqual(0.59391632, found.FirstShare, 1e-8);
        Assert.AreEqual(0.39613547, found.SecondShare, 1e-8);
    }

    /// <summary>Protects the products of rows, as above.</summary>
    [TestMethod]
    public void Fewer_rows_than_columns()
    {
        var found = PrincipalComponents.Of(new([1, 0, 2, 5, 3, 4, 1, 0, 2, 2, 0, 3, 6, 1, 1], 5));
        AssertAre([-1.54848182, -2.94678689, 4.49526871], found.X);
        AssertAre([2.59100659, -2.10417636, -0.48683023], found.Y);
        Assert.AreEqual(0.73333101, found.FirstShare, 1e-8);
        Assert.AreEqual(0.26666899, found.SecondShare, 1e-8);
    }

    /// <summary>Protects sums over several blocks: points of a plane in a space of many dimensions keep their distances.</summary>
    [TestMethod]
    public void Tables_of_several_blocks()
    {
        const int Rows = 3000, Columns = 1000; // two blocks
        const int Seed = 5;
        Console.WriteLine($"Seed {Seed}");
        var random = new Random(Seed);
        var (along, across) = (Unit(0), Unit(1));
        var (values, places) = (new float[Rows * Columns], new (double X, double Y)[Rows]);
        for (var row = 0; row < Rows; row++)
        {
            places[row] = (random.NextDouble() * 20 - 10, random.NextDouble() * 4 - 2);
            for (var i = 0; i < Columns; i++)
                values[row * Columns + i] = (float)(3 + places[row].X * along[i] + places[row].Y * across[i]);
        }
        var found = PrincipalComponents.Of(new(values, Columns));
        Assert.AreEqual(1, found.FirstShare + found.SecondShare, 1e-5);
        for (var row = 1; row < Rows; row += 97)
        {
            var made = Math.Sqrt(Math.Pow(places[row].X - places[0].X, 2) + Math.Pow(places[row].Y - places[0].Y, 2));
            Assert.AreEqual(made, Math.Sqrt(Math.Pow(found.X[row] - found.X[0], 2) + Math.Pow(found.Y[row] - found.Y[0], 2)), 1e-4);
        }

        // The even columns, or the odd ones: at right angles.
        static double[] Unit(int parity) => [.. Enumerable.Range(0, Columns).Select(i => i % 2 == parity ? Math.Sqrt(2.0 / Columns) : 0)];
    }

    /// <summary>Protects from NaN: rows that are the same lie at 0, also of numbers that are no sums of powers of two.</summary>
    [TestMethod]
    [DataRow(1, 4)]
    [DataRow(3, 4)]
    [DataRow(7, 2)]
    public void Equal_rows_lie_at_0(int rows, int columns)
    {
        float[] row = [.. Enumerable.Range(1, columns).Select(i => 0.1f * i)];
        var found = PrincipalComponents.Of(new([.. Enumerable.Repeat(row, rows).SelectMany(values => values)], columns));
        Assert.AreEqual((0, 0), (found.FirstShare, found.SecondShare));
        CollectionAssert.AreEqual(new double[rows], found.X);
        CollectionAssert.AreEqual(new double[rows], found.Y);
    }

    [TestMethod]
    public void Rows_on_a_line_have_no_second_component()
    {
        foreach (var table in (FeatureTable[])[new([1, 2, 3, 6], 2), new([1, 4, 2], 1), new([0, 0, 1, 1, 2, 2], 2)])
        {
            var found = PrincipalComponents.Of(table);
            Assert.AreEqual(1, found.FirstShare, 1e-12);
            Assert.AreEqual(0, found.SecondShare);
            CollectionAssert.AreEqual(new double[table.Count], found.Y);
        }
    }

    private static void AssertAre(double[] expected, double[] found)
    {
        Assert.HasCount(expected.Length, found);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], found[i], 1e-7);
    }
}

using System.Numerics;
using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation.Tests.Statistics;

/// <summary>Protects that p-values are those of the papers and of tables.</summary>
[TestClass]
public sealed class SignificanceTests
{
    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 0)]
    [DataRow(3, 9)]
    [DataRow(7, 7)]
    [DataRow(12, 40)]
    [DataRow(150, 210)]
    public void MidPIsTheBinomialSum(int onlyOne, int onlyOther)
    {
        var (least, all) = (Math.Min(onlyOne, onlyOther), onlyOne + onlyOther);
        // With whole numbers: 2·P(X < least) + P(X = least), and 1 − P(X = least)/2 where both are equal.
        var below = Enumerable.Range(0, least).Aggregate(BigInteger.Zero, (sum, i) => sum + Binomial(all, i));
        var expected = onlyOne == onlyOther ? 1 - Share(Binomial(all, least)) / 2 : Share(2 * below + Binomial(all, least));
        Assert.AreEqual(expected, McNemarTest.MidP(onlyOne, onlyOther), 1e-10);

        double Share(BigInteger number) => Math.Exp(BigInteger.Log(BigInteger.Max(number, 1)) - all * Math.Log(2)) * (number.IsZero ? 0 : 1);

        static BigInteger Binomial(int all, int chosen) =>
            Enumerable.Range(1, chosen).Aggregate(BigInteger.One, (product, i) => product * (all - chosen + i) / i);
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1.959963984540054, 0.05)]
    [DataRow(2.5758293035489004, 0.01)]
    [DataRow(2.9, 0.003731627)]
    [DataRow(6, 1.973175e-9)]
    public void TheNormalDistributionsTailsAreThoseOfTables(double deviations, double p) =>
        Assert.AreEqual(p, NormalDistribution.TwoSidedP(-deviations), p * 1e-5);

    [TestMethod]
    public void HolmsCorrectionIsThatOfThePaper()
    {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        var adjusted = HolmCorrection.Adjust([0.01, null, 0.04, 0.03, 0.005]);
        CollectionAssert.AreEqual(new double?[] { 0.03, null, 0.06, 0.06, 0.02 }, adjusted.Select(p => p is { } one ? Math.Round(one, 12) : p).ToArray());
    }
}

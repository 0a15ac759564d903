using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Tests.Runtime;

[TestClass]
public class OneDnnTests
{
    /// <summary>
    /// Protects users of processors for which oneDNN computes wrong convolutions: the library keeps away from those. The channels are those of networks
    /// in the catalog, with and without a remainder in a register of 4, 8 and 16 lanes.
    /// </summary>
    [TestMethod]
    [DataRow(1, 6, 5, 1)]
    [DataRow(3, 64, 7, 1)]
    [DataRow(16, 120, 5, 1)]
    [DataRow(20, 20, 3, 1)]
    [DataRow(17, 33, 3, 1)]
    [DataRow(58, 58, 3, 1)]
    [DataRow(58, 58, 1, 1)]
    [DataRow(32, 12, 3, 1)]
    [DataRow(48, 48, 3, 48)]
    [DataRow(40, 40, 3, 8)]
    [DataRow(464, 1024, 1, 1)]
    [DataRow(512, 2048, 1, 1)]
    public void A_convolution_and_its_gradients_are_right(int channels, int filters, int kernel, int groups)
    {
        if (Environment.GetEnvironmentVariable(OneDnn.Variable) is not null && !OneDnn.IsLimitedByLibrary)
            Assert.Inconclusive($"Skipped: {OneDnn.Variable} is set.");
        foreach (var channelsLast in new[] { false, true })
        {
            foreach (var (what, difference) in ConvolutionCheck.Differences(channels, filters, 13, kernel, groups, channelsLast))
                Assert.IsLessThan(1e-4, difference, $"{(channelsLast ? "channels last" : "contiguous")}, {what}");
        }
    }

    /// <summary>Protects the choice of precision: bfloat16 without its instructions is many times slower than float32.</summary>
    [TestMethod]
    [DataRow(null, true)]
    [DataRow("ALL", true)]
    [DataRow("AVX512_CORE_AMX", true)]
    [DataRow("avx512_core_bf16", true)]
    [DataRow("AVX512_CORE", false)]
    [DataRow("sse41", false)]
    public void A_limit_below_the_instructions_rules_bfloat16_out(string? limit, bool expected) =>
        Assert.AreEqual(expected, OneDnn.IncludesBFloat16(limit));

    /// <summary>Protects processors that are as they should be: they keep their best instructions.</summary>
    [TestMethod]
    public void Only_a_processor_without_cache_sizes_is_limited()
    {
        if (OneDnn.IsLimitedByLibrary)
            Assert.IsFalse(OneDnn.ProcessorReportsCaches);
        else
            Assert.IsTrue(OneDnn.ProcessorReportsCaches || Environment.GetEnvironmentVariable(OneDnn.Variable) is not null);
    }
}

using Ml.Cnn.Trainers.Execution;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>
/// For tests that compare convolutions with exact numbers: where libtorch itself computes them wrong, no test of the library's can tell anything.
/// </summary>
internal static class ExactConvolutions
{
    /// <summary>Skips the test on a processor on which libtorch's convolutions are wrong.</summary>
    public static void Require()
    {
        if (!ConvolutionCheck.IsRight)
            Assert.Inconclusive("Skipped: " + ConvolutionCheck.Warning);
    }
}

using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>
/// Test projects run beside each other. Threads of libtorch that wait spinning would hold the cores that the other projects compute on: all three
/// take 10 minutes on two cores instead of 14. libgomp reads the variable when libtorch is loaded.
/// </summary>
internal static class PassiveThreads
{
    private const string Variable = "OMP_WAIT_POLICY";

#pragma warning disable CA2255 // It must come before the first test.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void WaitWithoutSpinning()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
            NativeEnvironment.TrySet(Variable, "passive");
    }
}

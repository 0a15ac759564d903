using System.Reflection;
using Ml.Cnn.BuildTool;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>The build step that lets TorchSharp's native library load on older Linux systems: build/README.md.</summary>
[TestClass]
public sealed class TorchNativesTests
{
    private static readonly string s_library = Path.Join(BuiltWith("TorchSharpPackage"), "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>Tells when the step can go: with a TorchSharp that no longer asks for GCC 13's libstdc++.</summary>
    [TestMethod]
    public void TorchSharp_still_asks_for_the_libstdcxx_of_GCC_13()
    {
        var changed = Differences(File.ReadAllBytes(s_library), ElfVersionNeed.Weaken(File.ReadAllBytes(s_library), "GLIBCXX_3.4.32"));
        Assert.AreEqual(1, changed, $"{s_library} no longer asks for GLIBCXX_3.4.32: build/TorchNatives.targets can go. See build/README.md.");
    }

    [TestMethod]
    public void Weakening_twice_is_weakening_once()
    {
        var once = ElfVersionNeed.Weaken(File.ReadAllBytes(s_library), "GLIBCXX_3.4.32");
        Assert.AreEqual(0, Differences(once, ElfVersionNeed.Weaken([.. once], "GLIBCXX_3.4.32")));
    }

    [TestMethod]
    public void A_version_that_is_not_asked_for_changes_nothing() =>
        Assert.AreEqual(0, Differences(File.ReadAllBytes(s_library), ElfVersionNeed.Weaken(File.ReadAllBytes(s_library), "GLIBCXX_9.9.9")));

    [TestMethod]
    public void Other_files_are_refused() => Assert.ThrowsExactly<InvalidDataException>(() => ElfVersionNeed.Weaken([1, 2, 3], "GLIBCXX_3.4.32"));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_output_holds_the_weakened_library()
    {
        if (BuiltWith("MlCnnWeakenTorchSharp") == "false")
            Assert.Inconclusive("Skipped: built with -p:MlCnnWeakenTorchSharp=false.");
        var weakened = ElfVersionNeed.Weaken(File.ReadAllBytes(s_library), "GLIBCXX_3.4.32");
        Assert.AreEqual(0, Differences(weakened, File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "libLibTorchSharp.so"))));
    }

    private static string? BuiltWith(string property) =>
        typeof(TorchNativesTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == property).Value;

    private static int Differences(byte[] a, byte[] b)
    {
        Assert.HasCount(a.Length, b);
        return a.Zip(b).Count(pair => pair.First != pair.Second);
    }
}

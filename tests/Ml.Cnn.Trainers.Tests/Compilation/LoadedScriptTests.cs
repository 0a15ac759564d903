using System.Globalization;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Tests.Exchange;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>What libtorch has loaded goes when it is disposed.</summary>
[TestClass]
[DoNotParallelize] // the memory is the process's
public sealed class LoadedScriptTests
{
    /// <summary>Protects services that take newer models, and whoever exports many: TorchSharp alone keeps the weights of each script.</summary>
    [TestMethod]
    public void A_script_s_weights_are_freed_with_it()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("resident memory is read from /proc");
        const int Passes = 4;
        const int MegabytesOfWeights = 85;
        var file = Path.GetTempFileName();
        using var model = ExchangeModels.Of("resnet34");
        var program = NetworkGraph.Trace(model.Scorer.Network, model.Shape).Program();
        model.SaveTorchScript(file);
        var before = ResidentMegabytes();
        for (var pass = 0; pass < Passes; pass++)
            ScriptedNetwork.Of(program, new(1, ScalarType.Float32, UsesOneDnn: false), CopyOutput.Values, CPU).Dispose();
        Assert.IsLessThan(before + MegabytesOfWeights, ResidentMegabytes(), "copies that compute scores");
        for (var pass = 0; pass < Passes; pass++)
        {
            using var script = LoadedScript.Of(file, CPU);
            using var output = script.Forward(zeros(1, 3, 64, 64));
        }
        Assert.IsLessThan(before + MegabytesOfWeights, ResidentMegabytes(), "files");
        File.Delete(file);
    }

    private static long ResidentMegabytes()
    {
        global::Ml.Cnn.Trainers.Runtime.GlibcAllocator.Trim();
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
    }
}

using System.Diagnostics;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Reads files that were written by hand and compares what the networks give with ONNX Runtime, in batches of 1 and of 7.</summary>
internal static class HandFile
{
    private const double Allowed = 1e-4; // of the largest number
    private const int Many = 7;

    /// <summary>What reading may take on a machine that is busy; it takes milliseconds otherwise.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>Compares the network of a file with ONNX Runtime.</summary>
    /// <param name="file">Takes float32, N × channels × height × width, and gives a row for each image.</param>
    /// <param name="hasSoftmax">Whether the file ends with softmax, which the network leaves to its user.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The network, and the kinds of its layers in their order.</returns>
    public static (Architecture Architecture, string[] Kinds) Check(GraphFile file, bool hasSoftmax = false, OnnxImportOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var path = file.Save(folder);
        var architecture = OnnxNetwork.Load(path, options);
        var lengths = file.Graph.Input[0].Type.TensorType.Shape.Dim;
        int[] shape = [Many, architecture.Channels, (int)lengths[2].DimValue, (int)lengths[3].DimValue];
        var images = ImportedScores.Draw(shape);
        var each = images.Length / Many;
        var alone = Enumerable.Range(0, Many).Select(i => images[(i * each)..((i + 1) * each)]).ToArray();
        // A file of one image at a time is asked for one after the other.
        var expected = ImportedScores.OfRuntimeOneByOne(path, images, shape);
        Assert.IsGreaterThan(0.01, expected.Max() - expected.Min(), "a file that always says the same tells nothing");
        AssertNear(expected, ImportedScores.Of(architecture, images, shape), "all at once");
        AssertNear(expected, [.. alone.SelectMany(image => ImportedScores.Of(architecture, image, [1, .. shape[1..]]))], "one by one");
        if (lengths[0].DimValue == 0)
            AssertNear(ImportedScores.OfRuntime(path, images, shape), ImportedScores.Of(architecture, images, shape), "ONNX Runtime all at once");
        return (architecture, Kinds(architecture));

        void AssertNear(float[] numbers, float[] found, string how)
        {
            if (hasSoftmax)
                found = ImportedScores.Softmax(found, architecture.DefaultClasses);
            Assert.IsLessThanOrEqualTo(Allowed, ImportedScores.Difference(numbers, found), how);
        }
    }

    /// <summary>The kinds of a network's layers in the order in which they are applied.</summary>
    public static string[] Kinds(Architecture architecture)
    {
        using var network = ImportedScores.Network(architecture, architecture.ImageSize, architecture.ImageSize);
        return [.. NetworkGraph.Trace(network, new(architecture.Channels, architecture.ImageSize, architecture.ImageSize, architecture.DefaultClasses))
            .Nodes.Select(node => node.Kind)];
    }

    /// <summary>How many numbers a network gives for an image.</summary>
    public static long Outputs(nn.Module<Tensor, Tensor> network, int channels, int size)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        return network.call(zeros(1, channels, size, size)).shape[1];
    }

    /// <summary>The message of the refusal that a file must end in.</summary>
    public static string Refusal(GraphFile file, OnnxImportOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var path = file.Save(folder);
        return Assert.ThrowsExactly<OnnxFormatException>(() => OnnxNetwork.Load(path, options)).Message;
    }

    /// <summary>A file must be refused, in little time and memory, with its name and a message that holds a text.</summary>
    public static void Refuse(string path, string message, OnnxImportOptions? options = null)
    {
        var memory = PeakMemory();
        var time = Stopwatch.StartNew();
        var exception = Assert.ThrowsExactly<OnnxFormatException>(() => OnnxNetwork.Load(path, options));
        Assert.Contains(message, exception.Message);
        Assert.Contains(path, exception.Message);
        Assert.IsLessThan(Longest, time.Elapsed);
        Assert.IsLessThan(1L << 30, PeakMemory() - memory, "growth of the peak memory, in bytes");
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}

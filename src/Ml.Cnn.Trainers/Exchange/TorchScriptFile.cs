using System.Runtime.InteropServices;
using System.Text.Json;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>Writes a network as a TorchScript archive, and runs it before it is handed over.</summary>
/// <param name="network">The network; whoever calls this keeps it from being disposed.</param>
/// <param name="options">What the file takes and gives.</param>
internal sealed class TorchScriptFile(NetworkComputation network, TorchScriptExportOptions options)
{
    private const string What = "TorchScript file";

    private static readonly int[] s_batches = [1, 3, 1]; // once more: libtorch optimizes what it has seen run

    /// <summary>Saves the file.</summary>
    /// <param name="path">Where to; what was there before is replaced by a whole file alone.</param>
    /// <exception cref="NotSupportedException">A layer cannot be written as TorchScript; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The file gives other scores than the network, or the network none.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public CnnExportReport Save(string path)
    {
        options.Check();
        var root = Describe();
        using var images = DrawnImages.Of(network, s_batches.Max());
        var (bytes, difference) = (0L, double.NaN);
        SavedFile.Write(path, "network", "network.pt", stream => ScriptArchive.Write(stream, root, ExtraFiles()), temporary =>
        {
            difference = Difference(temporary, images);
            ScoreDifference.Check(network.Model.Architecture.Name, What, difference);
            bytes = new FileInfo(temporary).Length;
        });
        return new() { Bytes = bytes, LargestDifference = difference };
    }

    private double Temperature => network.Model.Calibration?.Temperature ?? 1;

    private ScriptObject Describe()
    {
        var model = network.Model;
        try
        {
            if (options.Pixels is not null && model.Augmentation is { HasStepsForScoring: true })
            {
                throw new NotSupportedException("its images go through steps of an augmentation recipe before they are normalized, which the file cannot do. "
                    + "Leave its preprocessing to whoever calls it");
            }
            var graph = NetworkGraph.Trace(network.Claim.Network, model.Shape);
            if (!graph.IsComplete)
                throw new NotSupportedException($"the library does not know {string.Join("; ", graph.Missing)}");
            var root = NamedModules.Of(network.Claim.Network);
            root.Methods = new NamedScript(graph.Program(), model.Preprocessing.Normalization, Temperature, options).Methods;
            return root;
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"{model.Architecture.Name} cannot be written as TorchScript: {e.Message}.", e);
        }
    }

    private KeyValuePair<string, string>[] ExtraFiles() =>
    [
        new("classes.json", JsonSerializer.Serialize(network.Model.Classes.Names, JsonFormat.Options)),
        new("model.json", CnnModelArchive.ToJson(network.Model)),
    ];

    private double Difference(string path, DrawnImages images)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        try
        {
            using var module = LoadedScript.Of(path, network.Plan.Device);
            var (input, expected) = (Input(images), Expected(images));
            // Math.Max keeps what is no number.
            return s_batches.Select(batch => ScoreDifference.Of(expected.narrow(0, 0, batch),
                module.Forward(input.narrow(0, 0, batch).to(network.Plan.Device)).cpu())).Aggregate(Math.Max);
        }
        catch (ExternalException e)
        {
            throw new InvalidOperationException(
                $"{network.Model.Architecture.Name}: its {What} was not saved, since libtorch does not run it: {e.Message.Trim().Split('\n')[0]}", e);
        }
    }

    private Tensor Input(DrawnImages images) => options.Pixels switch
    {
        null => images.Images,
        PixelLayout.HeightWidthChannels => images.Pixels,
        _ => images.Pixels.permute(0, 3, 1, 2).contiguous(),
    };

    private Tensor Expected(DrawnImages images) =>
        options.Probabilities ? nn.functional.softmax(images.Logits.Over(Temperature), 1) : images.Logits;
}

using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>Writes a network's weights by name, in the format that the file's ending says.</summary>
internal static class StateFile
{
    private static readonly Dictionary<string, WeightsFormat> s_endings = new(StringComparer.OrdinalIgnoreCase)
    {
        [".safetensors"] = WeightsFormat.SafeTensors,
        [".pth"] = WeightsFormat.PyTorch,
    };

    /// <summary>Saves the file.</summary>
    /// <param name="network">The network; whoever calls this keeps it from being disposed.</param>
    /// <param name="path">Where to; what was there before is replaced by a whole file alone.</param>
    /// <param name="format">The format; null: as the ending says.</param>
    /// <exception cref="ArgumentException">The ending is of no known format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(NetworkComputation network, string path, WeightsFormat? format)
    {
        Action<Stream, NetworkComputation> write = (format ?? OfEnding(path)) switch
        {
            WeightsFormat.SafeTensors => WriteSafeTensors,
            WeightsFormat.PyTorch => WritePyTorch,
            var unknown => throw new ArgumentOutOfRangeException(nameof(format), unknown, "There is no such format."),
        };
        SavedFile.Write(path, "network", $"network{Path.GetExtension(path)}", stream => write(stream, network));
    }

    private static WeightsFormat OfEnding(string path) => s_endings.TryGetValue(Path.GetExtension(path), out var format) ? format
        : throw new ArgumentException($"'{path}' has no ending that tells a format of weights: {string.Join(" or ", s_endings.Keys)}.", nameof(path));

    // "pt" says that names and layouts are PyTorch's.
    private static void WriteSafeTensors(Stream stream, NetworkComputation network) => ModuleState.Save(network.Claim.Network, stream,
        new Dictionary<string, string> { ["format"] = "pt", ["model.json"] = CnnModelArchive.ToJson(network.Model) });

    private static void WritePyTorch(Stream stream, NetworkComputation network) => PyTorchWeights.Write(stream, ModuleState.Of(network.Claim.Network),
        Versions(network.Claim.Network, network.Model.Architecture.StateVersion));

    // PyTorch's versions of its modules: batch normalization has counted its batches since the second.
    private static IEnumerable<KeyValuePair<string, int>> Versions(Module network, int version)
    {
        yield return new("", version);
        foreach (var (path, module) in network.named_modules().Where(pair => pair.name.Length > 0))
            yield return new(path, module is BatchNorm2d ? 2 : 1);
    }
}

using Ml.Cnn.Trainers.Weights.Formats;
using Ml.Cnn.Trainers.Weights.PyTorch;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>What whoever loads weights should hear of.</summary>
internal static class WeightsWarnings
{
    /// <param name="file">The weights.</param>
    /// <param name="network">The network's state after they were loaded.</param>
    /// <param name="keyOption">What chooses another entry of the checkpoint.</param>
    public static IEnumerable<string> Of(WeightsFile file, IReadOnlyList<KeyValuePair<string, Tensor>> network, string keyOption)
    {
        if (file.OtherKeys.Count > 0)
        {
            var kind = CheckpointState.IsAveraged(file.Key) ? "averaged weights" : "weights";
            yield return $"The file holds several sets of weights: the {kind} '{Listing.Shortened(file.Key)}' are taken. {keyOption} can choose {Listing.Of(file.OtherKeys)} instead.";
        }
        if (NonFiniteTensors.In(network) is { Count: > 0 } names)
            yield return NonFiniteTensors.Describe(names);
    }
}

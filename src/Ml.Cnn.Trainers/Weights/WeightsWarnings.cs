using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights.PyTorch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>What whoever loads weights should hear of.</summary>
internal static class WeightsWarnings
{
    /// <param name="file">The weights.</param>
    /// <param name="nonFinite">The network's tensors that hold NaN or infinity after they were loaded.</param>
    /// <param name="key">The checkpoint's entry that was asked for; null if none was.</param>
    public static IEnumerable<string> Of(WeightsFile file, IReadOnlyList<string> nonFinite, string? key)
    {
        if (file.OtherKeys.Count > 0 && key is null)
        {
            var kind = CheckpointState.IsAveraged(file.Key) ? "averaged weights" : "weights";
            yield return $"The file holds several sets of weights: the {kind} '{Listing.Shortened(file.Key)}' are taken. A weights key can choose "
                + $"{Listing.Of(file.OtherKeys)} instead.";
        }
        if (nonFinite.Count > 0)
            yield return NonFiniteTensors.Describe(nonFinite);
    }
}

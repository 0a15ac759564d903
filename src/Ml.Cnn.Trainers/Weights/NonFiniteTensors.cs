using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Looks for NaN and infinity among weights and running statistics.</summary>
internal static class NonFiniteTensors
{
    /// <summary>The names of the tensors that hold NaN or infinity, in the state's order.</summary>
    public static IReadOnlyList<string> In(IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return [.. state.Where(pair => is_floating_point(pair.Value) && !pair.Value.isfinite().all().item<bool>()).Select(pair => pair.Key)];
    }

    /// <summary>What is wrong, naming the first tensor.</summary>
    public static string Describe(IReadOnlyList<string> names) =>
        $"'{names[0]}' holds NaN or infinity{(names.Count > 1 ? $", and so do {names.Count - 1} more tensors" : "")}: what the network answers is not to "
            + "be trusted.";
}

using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Experiments.Settings;

/// <summary>The networks that are tried where the user names none: a spread by cost that suits the data.</summary>
internal static class ArchitectureSpread
{
    // One or two of each idea, small to large. Large ones learn little from few images unless they start from weights.
    private static readonly string[] s_tiny = ["lenet5", "squeezenet1_1", "mobilenet_v2", "resnet20_cifar", "resnet56_cifar", "resnet18"];

    private static readonly string[] s_small =
    [
        "squeezenet1_1", "shufflenet_v2_x1_0", "mobilenet_v3_small", "mobilenet_v2", "efficientnet_b0", "resnet18", "googlenet", "regnet_y_400mf",
        "densenet121", "resnet50",
    ];

    private static readonly string[] s_large = ["vgg11_bn", "convnext_tiny", "resnet101", "efficientnet_b3"];

    private const int LargestTiny = 40;
    private const long WorthLargeNetworks = 20_000;

    /// <param name="imageSize">Height and width in pixels.</param>
    /// <param name="images">To train on.</param>
    /// <param name="hasWeights">Whether there are weights at hand for a network.</param>
    public static IReadOnlyList<string> For(int imageSize, long images, Func<string, bool> hasWeights)
    {
        string[] names = imageSize <= LargestTiny ? s_tiny : images >= WorthLargeNetworks ? [.. s_small, .. s_large] : s_small;
        var fitting = names.Where(name => ArchitectureCatalog.Find(name).MinimumImageSize <= imageSize);
        return [.. fitting.Concat(s_large.Where(hasWeights)).Distinct().OrderByDescending(hasWeights).ThenBy(name => Cost(name, imageSize))];
    }

    /// <summary>Multiply-adds of one image.</summary>
    public static long Cost(string name, int imageSize)
    {
        var architecture = ArchitectureCatalog.Find(name);
        return CnnSummary.Of(architecture, imageSize: Math.Max(imageSize, architecture.MinimumImageSize)).MultiplyAdds ?? 0;
    }

    /// <summary>The published weights of a network that an experiment uses; null: none.</summary>
    public static PretrainedWeights? WeightsOf(string name, PretrainedWeightsUse use, WeightsCache cache)
    {
        if (use == PretrainedWeightsUse.Never || PretrainedWeights.DefaultOf(name) is not { } weights)
            return null;
        return use == PretrainedWeightsUse.Download || cache.Contains(weights) ? weights : null;
    }
}

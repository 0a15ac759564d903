using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Tests.Compilation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Exchange;

/// <summary>Models with weights that nobody trained, whose classes differ all the same.</summary>
internal static class ExchangeModels
{
    /// <summary>A network of the catalog.</summary>
    /// <param name="name">The network.</param>
    /// <param name="more">Pixels beyond its smallest image.</param>
    public static CnnTransformer Of(string name, int more = 2)
    {
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained(name, more);
        Spread(ArchitectureCatalog.Find(name), network, shape);
        foreach (var tensor in network.parameters().Concat(network.buffers()))
            tensor.DetachFromDisposeScope();
        return Of(ArchitectureCatalog.Find(name), network, shape);
    }

    /// <summary>Any network.</summary>
    /// <param name="architecture">What it is.</param>
    /// <param name="network">Its module, which the model owns from now on.</param>
    /// <param name="shape">Its input and output.</param>
    public static CnnTransformer Of(Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var model = new CnnModel
        {
            Architecture = architecture,
            Shape = shape,
            Preprocessing = new()
            {
                Height = shape.Height,
                Width = shape.Width,
                Channels = shape.Channels is 1 or 3 or 4 ? shape.Channels : 3,
                Normalization = architecture.Normalization.ForChannels(shape.Channels),
            },
            Augmentation = null,
            PixelLayout = PixelLayout.Auto,
            OnBadImage = BadImageHandling.Fail,
            FeatureColumnName = "Image",
            PredictedLabelColumnName = "PredictedLabel",
            ScoreColumnName = "Score",
            Classes = ClassValues.Parse("text", [.. Enumerable.Range(0, shape.Classes).Select(i => $"class \"{i}\"")]),
            History = [],
            StopReason = StopReason.Completed,
            Training = null,
        };
        var plan = ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape));
        return new(ImageScorer.Of(new MLContext(), network, plan, model), []);
    }

    // Fresh networks give all classes nearly the same logits: differences would go unseen.
    private static void Spread(Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape)
    {
        using var mode = no_grad();
        var logits = network.call(randn(2, shape.Channels, shape.Height, shape.Width));
        var factor = 3 / Math.Max(1e-6f, logits.std().item<float>());
        foreach (var (_, tensor) in network.named_parameters().Where(pair => Architecture.IsUnder(architecture.Head, pair.name)))
            tensor.mul_(factor);
    }
}

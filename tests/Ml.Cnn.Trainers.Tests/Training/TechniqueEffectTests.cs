using Microsoft.ML;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What the papers promise of their techniques, seen on a thousand of MNIST's digits.</summary>
[TestClass]
public sealed class TechniqueEffectTests
{
    private const double Rate = 0.3; // at which the last steps leave the weights anywhere around the optimum

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Izmailov et al. 2018, figure 1: the average of weights that jump about lies nearer to the middle, where other images' loss is lower.</summary>
    [TestMethod]
    public void An_average_of_epochs_has_a_lower_loss_than_the_last_weights()
    {
        var (last, average) = (TestLoss(_ => { }), TestLoss(o => o.WeightAveraging = new() { FromShare = 0.5 }));
        Console.WriteLine($"last weights {last:0.000}, average {average:0.000}");
        Assert.IsLessThan(0.9 * last, average);
    }

    /// <summary>Zhang et al. 2019, section 2: slow weights spare the loss the variance of steps that are too long.</summary>
    [TestMethod]
    public void Slow_weights_have_a_lower_loss_than_the_last_weights()
    {
        var (last, slow) = (TestLoss(_ => { }), TestLoss(o => o.Lookahead = new()));
        Console.WriteLine($"last weights {last:0.000}, slow weights {slow:0.000}");
        Assert.IsLessThan(0.9 * last, slow);
    }

    /// <summary>Foret et al. 2020, equation 1: after steps by the gradient uphill, the loss of the training images rises less uphill.</summary>
    [TestMethod]
    public void Sharpness_aware_weights_lie_in_a_flatter_place()
    {
        var (plain, flat) = (Rise(Fit(o => o.LearningRate = 0.05)), Rise(Fit(o => (o.LearningRate, o.SharpnessAwareRadius) = (0.05, 0.1))));
        Console.WriteLine($"rise {plain:0.0000}, with sharpness {flat:0.0000}");
        Assert.IsLessThan(0.8 * plain, flat);

        static double Rise(CnnTransformer model)
        {
            using var scope = NewDisposeScope();
            var (network, rows) = (model.Scorer.Network, RealDigits.Load(s_mlContext, 1000, 300).Train);
            var digits = s_mlContext.Data.CreateEnumerable<KeyedDigit>(rows, reuseRowObject: false).ToArray();
            var images = stack(digits.Select(digit => (tensor(digit.Image).reshape(1, 28, 28).to(float32) / 255 - model.Preprocessing.Normalization.Mean[0])
                / model.Preprocessing.Normalization.Deviation[0]));
            var labels = tensor(digits.Select(digit => digit.Label - 1L).ToArray());
            network.eval();
            var parameters = network.parameters().Select(p => p.requires_grad_(true)).ToArray();
            var loss = nn.functional.cross_entropy(network.forward(images), labels);
            var gradients = autograd.grad([loss], parameters);
            var length = stack(gradients.Select(g => g.norm())).norm();
            using (no_grad())
                foreach (var (parameter, gradient) in parameters.Zip(gradients))
                    parameter.add_(gradient / length * 0.1);
            using var noGradient = no_grad();
            return (nn.functional.cross_entropy(network.forward(images), labels) - loss).ToDouble();
        }
    }

    /// <summary>
    /// Yong et al. 2020, section 4.1: without weight decay, centralized gradients leave the mean of each output's weights where it was at the beginning.
    /// </summary>
    [TestMethod]
    public void Centralized_gradients_keep_the_weights_on_a_plane()
    {
        using var scope = NewDisposeScope();
        var (free, held) = (Moved(false), Moved(true));
        Console.WriteLine($"the means moved by {free:0.0000}, and by {held:0.0000} with centralized gradients");
        Assert.IsLessThan(1e-5, held);
        Assert.IsGreaterThan(1e-2, free);

        static double Moved(bool isCentralized)
        {
            var first = Means(Fit(o => (o.GradientCentralization, o.WeightDecay, o.LearningRate) = (isCentralized, 0, 1e-12)));
            var last = Means(Fit(o => (o.GradientCentralization, o.WeightDecay, o.LearningRate) = (isCentralized, 0, 0.05)));
            return (first - last).abs().max().ToDouble();
        }

        static Tensor Means(CnnTransformer model) =>
            cat(model.Scorer.Network.parameters().Where(p => p.dim() > 1).Select(p => p.detach().flatten(1).mean([1])).ToArray());
    }

    /// <summary>Bao et al. 2021: the layers at the input move less, beside the head, than without the decay.</summary>
    [TestMethod]
    public void Layers_far_from_the_head_move_less()
    {
        using var scope = NewDisposeScope();
        var (even, decayed) = (StemToHead(null), StemToHead(0.5));
        Console.WriteLine($"the first layer's way over the head's: {even:0.000}, with decay {decayed:0.000}");
        Assert.IsLessThan(0.25 * even, decayed); // four layers: a sixteenth of the rate

        static double StemToHead(double? decay)
        {
            var (first, last) = (Weights(decay, 1e-12), Weights(decay, 0.01));
            return (Way(0) / Way(^2)).ToDouble();

            Tensor Way(Index parameter) => (first[parameter] - last[parameter]).norm();
        }

        static Tensor[] Weights(double? decay, double rate)
        {
            var options = Pipelines.Options(epochs: 1, o =>
                (o.LayerRateDecay, o.LearningRate, o.Schedule, o.Seed, o.BatchSize) = (decay, rate, LearningRateSchedule.Constant, 3, 50));
            var model = s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(RealDigits.Load(s_mlContext, 1000, 300).Train);
            return [.. model.Scorer.Network.parameters().Select(p => p.detach())];
        }
    }

    private static double TestLoss(Action<CnnTrainerOptions> change) =>
        s_mlContext.MulticlassClassification.Evaluate(Fit(change).Transform(RealDigits.Load(s_mlContext, 1000, 300).Test)).LogLoss;

    private static CnnTransformer Fit(Action<CnnTrainerOptions> change)
    {
        var options = new CnnOptions
        {
            FeatureColumnName = "Image",
            Epochs = 6,
            BatchSize = 50,
            LearningRate = Rate,
            Schedule = LearningRateSchedule.Constant,
            Seed = 3,
            PreciseBatchNorm = 0,
        };
        change(options);
        return s_mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) => new NormalizedNetwork(channels, classes, isTorchSharps: true), options)
            .Fit(RealDigits.Load(s_mlContext, 1000, 300).Train);
    }

    private sealed class KeyedDigit
    {
        [Microsoft.ML.Data.VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        [Microsoft.ML.Data.KeyType(10)]
        public uint Label { get; set; }
    }
}

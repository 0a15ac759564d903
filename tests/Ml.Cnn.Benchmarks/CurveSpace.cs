using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Benchmarks;

/// <summary>What the recorded trainings differ in.</summary>
internal static class CurveSpace
{
    private static readonly string[] s_architectures = ["lenet5", "plain20_cifar", "resnet20_cifar", "resnet18"];
    private static readonly int[] s_batches = [16, 32, 64, 128];
    private static readonly Optimizer[] s_optimizers = [Optimizer.Sgd, Optimizer.AdamW];
    private static readonly string[] s_augmentations = ["none", "light", "cifar"];

    // The learning rate is searched around the network's or the optimizer's default, the weight decay on one scale for all.
    private static readonly (double Least, double Most) s_rateFactor = (0.03, 10);
    private static readonly (double Least, double Most) s_decay = (1e-5, 1e-1);

    public static IReadOnlyList<SearchDimension> Dimensions { get; } =
    [
        SearchDimension.Category("architecture", s_architectures.Length),
        SearchDimension.Scale("learningRate"),
        SearchDimension.Ordered("batchSize", s_batches.Length),
        SearchDimension.Category("optimizer", s_optimizers.Length),
        SearchDimension.Scale("weightDecay"),
        SearchDimension.Category("augmentation", s_augmentations.Length),
    ];

    /// <summary>The options of a point.</summary>
    public static (Architecture Architecture, CnnOptions Options, string Augmentation) At(double[] point)
    {
        var architecture = ArchitectureCatalog.Find(s_architectures[Dimensions[0].Choice(point[0])]);
        var optimizer = s_optimizers[Dimensions[3].Choice(point[3])];
        var augmentation = s_augmentations[Dimensions[5].Choice(point[5])];
        return (architecture, new()
        {
            LearningRate = OnScale(s_rateFactor, point[1]) * (OptimizerInfo.Of(optimizer).LearningRate ?? architecture.Training.LearningRate),
            BatchSize = s_batches[Dimensions[2].Choice(point[2])],
            Optimizer = optimizer,
            WeightDecay = OnScale(s_decay, point[4]),
            Augmentation = augmentation == "none" ? null : ImageAugmentation.Preset(augmentation),
        }, augmentation);
    }

    private static double OnScale((double Least, double Most) scale, double coordinate) => scale.Least * Math.Pow(scale.Most / scale.Least, coordinate);
}

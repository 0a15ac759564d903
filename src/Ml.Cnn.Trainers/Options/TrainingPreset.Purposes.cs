using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

public sealed partial class TrainingPreset
{
    // Today's practice, for a purpose rather than a paper's networks. Batch sizes stay open, and rates with them: they follow the data.
    private static IEnumerable<TrainingPreset> ForPurposes() =>
    [
        // One high cycle of the rate; section 4 there trains ResNet-56 in an eighth of the usual iterations.
        new("quick", "Smith and Topin 2018, \"Super-Convergence\", section 4", paperEpochs: null, options =>
        {
            Sgd(options, batchSize: null, learningRate: null, weightDecay: 1e-4);
            (options.Steps, options.Nesterov) = (500, true);
            options.Schedule = LearningRateSchedule.OneCycle();
        }),
        // Procedure A2 of table 2: LAMB at 0.005 for 2,048 images, decay 0.02, BCE, RandAugment 7, mixup 0.1 or CutMix 1, a cosine behind a warm-up. Rates go
        // with the root of the batch. Stochastic depth is the network's own; the average of the weights is timm's.
        new("strong", "Wightman et al. 2021, \"ResNet strikes back\", table 2, procedure A2", paperEpochs: 300, options =>
        {
            Forget(options);
            (options.Optimizer, options.BatchSize, options.LearningRate, options.WeightDecay) = (Optimizer.Lamb, null, null, 0.02);
            (options.DecayBiasesAndNorms, options.GradientClippingNorm) = (false, 1);
            (options.Steps, options.Schedule) = (6000, null);
            (options.Loss, options.LabelSmoothing) = (LossFunction.BinaryCrossEntropy(), 0);
            options.ExponentialMovingAverage = 0.999;
            options.Augmentation = new ImageAugmentation([new RandomResizedCrop((0.08, 1)), new RandomHorizontalFlip(), new RandAugment(2, 7)],
                evaluationScale: 1 / 0.95).With(new MixupOrCutMix(0.1, 1));
        }),
        // Section 5 and table 3: the plain loss wins where weight decay is much larger than on large data, batches are small, and training is long.
        new("small-data", "Brigato et al. 2022, \"Image Classification with Small Datasets: Overview and Benchmark\", section 5", paperEpochs: null, options =>
        {
            Sgd(options, batchSize: null, learningRate: null, weightDecay: 5e-3);
            (options.Steps, options.Nesterov, options.DecayBiasesAndNorms) = (6000, true, false);
            (options.Schedule, options.LabelSmoothing) = (null, 0.1);
            options.Augmentation = new ImageAugmentation([new RandomResizedCrop((0.25, 1)), new RandomHorizontalFlip(), new TrivialAugmentWide()]);
        }),
        // BiT's rule (section 3.3): some hundred steps of SGD without weight decay; layers far from the head at lower rates, as ELECTRA's and BEiT's.
        new("transfer", "Kolesnikov et al. 2020, \"Big Transfer\", section 3.3; Clark et al. 2020, \"ELECTRA\", appendix A", paperEpochs: null, options =>
        {
            Sgd(options, batchSize: null, learningRate: null, weightDecay: 0);
            (options.Steps, options.Nesterov) = (500, true);
            (options.Schedule, options.LabelSmoothing, options.LayerRateDecay) = (null, 0.1, 0.75);
            options.Augmentation = ImageAugmentation.Preset("light");
        }),
    ];
}

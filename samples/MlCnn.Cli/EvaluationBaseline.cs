using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli;

/// <summary>What an evaluation is compared with: one look of one network at the middle of an image, in float32, not calibrated.</summary>
internal static class EvaluationBaseline
{
    /// <summary>The classifiers that come into question, of which the best counts; none where what is measured is such a look itself.</summary>
    /// <param name="saved">The model as it was saved.</param>
    /// <param name="isOtherwise">Whether the user asked for something else.</param>
    public static IReadOnlyList<CnnTransformer> Of(CnnClassifier saved, bool isOtherwise) => saved switch
    {
        CnnEnsemble ensemble => [.. ensemble.Split().Select(Plain)],
        CnnTransformer network when isOtherwise || network.Calibration is not null || network.Preprocessing.TestTime != TestTimeAugmentation.None =>
            [Plain(network)],
        _ => [],
    };

    private static CnnTransformer Plain(CnnTransformer network) => network.WithTestTimeAugmentation(TestTimeAugmentation.None).WithCalibration(null)
        .WithScoring(network.Scoring with { Precision = Precision.Float32 });
}

using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>What each network of an ensemble weighs, fitted on images that training has not seen.</summary>
internal static class EnsembleWeights
{
    private const int Steps = 500;
    private const double Settled = 1e-9;

    /// <summary>
    /// The weights, 0 or more and 1 together, with the lowest log loss. It is convex in them for both averages, so that steps of exponentiated gradient
    /// (Kivinen and Warmuth 1997), shortened until each is better than the last, end there.
    /// </summary>
    /// <param name="members">Each network's probabilities of the same images, their classes in the same order.</param>
    /// <param name="average">What is averaged.</param>
    public static double[] Fit(IReadOnlyList<LabeledScores> members, ScoreAverage average)
    {
        var weights = Enumerable.Repeat(1.0 / members.Count, members.Count).ToArray();
        var (loss, gradient) = Loss(members, weights, average);
        var rate = 1.0;
        for (var step = 0; step < Steps; step++)
        {
            var next = Moved(weights, gradient, rate);
            var (nextLoss, nextGradient) = Loss(members, next, average);
            if (nextLoss > loss)
            {
                rate /= 2;
                if (rate < 1e-6)
                    break;
                continue;
            }
            var gain = loss - nextLoss;
            (weights, loss, gradient) = (next, nextLoss, nextGradient);
            rate *= 1.5;
            if (gain < Settled)
                break;
        }
        return weights;
    }

    private static double[] Moved(double[] weights, double[] gradient, double rate)
    {
        var smallest = gradient.Min();
        var moved = weights.Select((weight, i) => weight * Math.Exp(-rate * (gradient[i] - smallest))).ToArray();
        var sum = moved.Sum();
        return [.. moved.Select(weight => weight / sum)];
    }

    private static (double Loss, double[] Gradient) Loss(IReadOnlyList<LabeledScores> members, double[] weights, ScoreAverage average)
    {
        var (classes, images) = (members[0].Classes, members[0].Count);
        var gradient = new double[weights.Length];
        var loss = 0.0;
        var rows = members.Select(_ => new float[classes]).ToArray();
        var mean = new float[classes];
        for (var image = 0; image < images; image++)
        {
            var label = members[0].Labels[image];
            Array.Clear(mean);
            for (var member = 0; member < members.Count; member++)
            {
                members[member].Row(image).CopyTo(rows[member]);
                ScoreMean.Add(rows[member], (float)weights[member], mean, average); // logits from here on, where those are averaged
            }
            ScoreMean.Finish(mean, average);
            var right = Math.Max(mean[label], 1e-30);
            loss -= Math.Log(right) / images;
            for (var member = 0; member < members.Count; member++)
                gradient[member] += Slope(rows[member], mean, label, right, average) / images;
        }
        return (loss, gradient);
    }

    // Of −ln p(label) with respect to a member's weight.
    private static double Slope(float[] row, float[] mean, int label, double right, ScoreAverage average)
    {
        if (average == ScoreAverage.Probabilities)
            return -row[label] / right;
        var expected = 0.0;
        for (var i = 0; i < row.Length; i++)
            expected += mean[i] * row[i];
        return expected - row[label];
    }
}

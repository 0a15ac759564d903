using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Trains a few steps at rates that rise from one to the next, and watches the loss (Smith 2015, section 3.3).</summary>
/// <param name="subject">What is trained, and of no use afterwards.</param>
/// <param name="settings">What to go by, but for the learning rate.</param>
/// <param name="batches">The training images.</param>
/// <param name="cancellation">Ends the search with an exception.</param>
internal sealed class LearningRateFinder(TrainingSubject subject, TrainingSettings settings, EpochBatches batches, CancellationToken cancellation)
{
    private const double Smoothing = 0.9; // of the running mean: about the last ten steps
    private const double Diverged = 4;    // times the lowest smoothed loss, as in fastai's finder
    private const int FirstSteps = 5;     // whose running mean is too short to tell

    // A running mean follows by so many steps: what it shows at one rate the loss did at a lower one.
    private const int Lag = (int)(Smoothing / (1 - Smoothing) + 0.5);

    private readonly List<LearningRatePoint> _points = [];
    private double _mean;

    /// <param name="lowest">The first step's rate, above 0.</param>
    /// <param name="highest">The last step's rate, above the lowest.</param>
    /// <param name="steps">At least 2.</param>
    /// <exception cref="OperationCanceledException">Canceled before the end.</exception>
    public LearningRateCurve Run(double lowest, double highest, int steps)
    {
        using var optimizer = Optimizers.Create(settings.Optimization, subject.Groups(), subject.NormBiases());
        var ascent = SharpnessAscent.Of(settings.Optimization, subject.Network);
        using var update = GradientUpdate.Create(optimizer, settings.Optimization, average: null, subject.ScalesLoss ? new LossScaling() : null,
            reduction: null, ascent);
        var step = TrainingStep.Create(subject, settings, update);
        subject.Prepare(epoch: 1);
        var losses = new List<double>(); // of the batches until the weights move
        long taken = 0;
        for (var epoch = 1; _points.Count < steps; epoch++)
        {
            var before = taken;
            foreach (var batch in batches.Read(epoch, known: 0, cancellation))
            {
                if (batches.BadImages.MustFail)
                    continue;
                var rate = lowest * Math.Pow(highest / lowest, (double)_points.Count / (steps - 1));
                using (var result = step.Take(batch, epoch, taken++, rate))
                    losses.Add(result.Measures!.Loss.Number());
                if (!double.IsFinite(losses[^1]))
                    return Curve();
                if (!update.IsComplete)
                    continue;
                Note(rate, losses.Average());
                losses.Clear();
                if (_points.Count == steps || HasDiverged)
                    return Curve();
            }
            cancellation.ThrowIfCancellationRequested();
            batches.BadImages.ThrowIfMustFail();
            if (taken == before)
                throw new InvalidOperationException("No image of the training data could be used.");
        }
        return Curve();
    }

    private bool HasDiverged => _points.Count > FirstSteps && _points[^1].SmoothedLoss > Diverged * _points.Min(point => point.SmoothedLoss);

    private void Note(double rate, double loss)
    {
        _mean = Smoothing * _mean + (1 - Smoothing) * loss;
        var smoothed = _mean / (1 - Math.Pow(Smoothing, _points.Count + 1)); // the mean starts at 0
        _points.Add(new() { LearningRate = rate, Loss = loss, SmoothedLoss = smoothed });
    }

    // The slope over the logarithm of the rate, up to the lowest loss.
    private LearningRateCurve Curve()
    {
        if (_points.Count <= FirstSteps + 1)
            return new() { Points = _points };
        var lowest = Enumerable.Range(FirstSteps, _points.Count - FirstSteps).MinBy(i => _points[i].SmoothedLoss);
        var falls = Enumerable.Range(FirstSteps, Math.Max(0, lowest - FirstSteps)).Where(i => Slope(i) < 0).ToArray();
        return new() { Points = _points, Suggestion = falls.Length > 0 ? _points[Math.Max(0, falls.MinBy(Slope) - Lag)].LearningRate : null };

        double Slope(int i) => _points[i + 1].SmoothedLoss - _points[i - 1].SmoothedLoss;
    }
}

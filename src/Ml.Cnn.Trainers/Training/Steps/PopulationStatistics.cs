using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>
/// Computes the mean and variance that batch normalization scores by anew, from many training images under the weights as they are: precise batch normalization
/// (Wu and Johnson 2021, section 3). The running averages of training lag behind weights that move fast, have seen too little where an epoch has few steps, and
/// are those of other weights where the weights are an average.
/// </summary>
/// <remarks>
/// The images come batch by batch as training has them: augmented, in an epoch's order, normalized by their batch. They are not mixed, and come in the size
/// that is scored. Nothing is drawn and no weight moves, so that training goes on as if nothing had been computed. Several processes all compute from the same
/// images, and so come to the same statistics.
/// </remarks>
/// <param name="subject">Whose statistics.</param>
/// <param name="batches">The training images.</param>
/// <param name="images">How many to compute from, 1 or more, filled up to whole batches; fewer where an epoch has fewer.</param>
internal sealed class PopulationStatistics(TrainingSubject subject, EpochBatches batches, long images)
{
    private readonly EpochBatches _batches = batches with { Shard = Shard.Whole };

    /// <summary>
    /// Sets the statistics of the layers whose statistics follow the images in an epoch, and leaves the network in evaluation mode. Those of the others
    /// stay, and so do all where the pass is canceled.
    /// </summary>
    /// <param name="epoch">From 1; says which layers, and which images come first.</param>
    /// <param name="cancellation">Ends the pass early.</param>
    public void Compute(int epoch, CancellationToken cancellation)
    {
        subject.Prepare(epoch);
        var layers = BatchNormalization.Following(subject.Network);
        subject.Network.eval(); // neither dropout nor stochastic depth
        if (layers.Count == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var statistics = layers.ToDictionary(layer => layer.Layer, layer => new LayerStatistics(layer));
        try
        {
            foreach (var layer in layers)
                layer.Layer.train();
            if (Read(layers, (layer, values) => statistics[layer.Layer].Add(values), epoch, cancellation))
            {
                foreach (var one in statistics.Values)
                    one.Finish();
            }
        }
        finally
        {
            subject.Network.eval();
            foreach (var one in statistics.Values)
                one.PutBack();
        }
    }

    private bool Read(IReadOnlyList<BatchNormalization> layers, Action<BatchNormalization, long> add, int epoch, CancellationToken cancellation)
    {
        using var watch = BatchNormalization.Watch(layers, add);
        long seen = 0;
        foreach (var batch in _batches.Read(epoch, known: 0, cancellation))
        {
            using var scope = NewDisposeScope();
            subject.Network.forward(ForScoring(batch.Pixels.BringTo(subject.Device)));
            seen += batch.Count;
            if (seen >= images)
                break;
        }
        _batches.BadImages.ThrowIfMustFail();
        return seen > 0 && !cancellation.IsCancellationRequested;
    }

    // With images of several sizes, batches come in the largest.
    private Tensor ForScoring(Tensor images) => images.Resized(subject.Shape.Height, subject.Shape.Width);

    /// <summary>
    /// One layer's statistics over the batches so far, in float64: means and variances of batches brought together as by Chan, Golub and LeVeque (1979), so
    /// that they are those of all values, however the values are dealt out.
    /// </summary>
    private sealed class LayerStatistics
    {
        private readonly BatchNormalization _layer;
        private readonly Tensor _ownMean, _ownVariance, _ownBatches; // training's
        private readonly Tensor _mean, _squares; // squares: the sum of the squared distances from the mean
        private double _values;
        private bool _isFinished;

        public LayerStatistics(BatchNormalization layer)
        {
            _layer = layer;
            (_ownMean, _ownVariance, _ownBatches) = (layer.Mean.clone(), layer.Variance.clone(), layer.Batches.clone());
            (_mean, _squares) = (zeros_like(layer.Mean, float64), zeros_like(layer.Variance, float64));
            Clear();
        }

        /// <summary>Takes in a batch that has just gone through the layer: its running statistics, from 0 on, are the batch's own times the momentum.</summary>
        /// <param name="values">The batch's values per channel.</param>
        public void Add(long values)
        {
            using var scope = NewDisposeScope();
            var share = _layer.Momentum ?? 1; // of the first batch in an average over all
            var mean = _layer.Mean.to(float64).Over(share);
            var squares = _layer.Variance.to(float64).Times((values - 1) / share); // the variance is the unbiased one
            var difference = mean.sub(_mean);
            var all = _values + values;
            _mean.AddInPlace(difference.Times(values / all));
            _squares.AddInPlace(squares).AddInPlace(difference.Squared().Times(_values * values / all));
            _values = all;
            Clear();
        }

        /// <summary>Gives the layer what was computed, if a batch came through it.</summary>
        public void Finish()
        {
            if (_values == 0)
                return;
            _layer.Mean.copy_(_mean);
            _layer.Variance.copy_(_squares.Over(_values - 1));
            _isFinished = true;
        }

        /// <summary>Gives the layer back training's count of batches, and training's statistics where there are no new ones.</summary>
        public void PutBack()
        {
            _layer.Batches.copy_(_ownBatches);
            if (_isFinished)
                return;
            _layer.Mean.copy_(_ownMean);
            _layer.Variance.copy_(_ownVariance);
        }

        private void Clear()
        {
            _layer.Mean.zero_();
            _layer.Variance.zero_();
            _layer.Batches.zero_();
        }
    }
}

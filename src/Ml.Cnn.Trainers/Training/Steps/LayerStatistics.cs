using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>
/// One layer's statistics over the batches so far, in float64: means and variances of batches brought together as by Chan, Golub and LeVeque (1979), so
/// that they are those of all values, however the values are dealt out.
/// </summary>
internal sealed class LayerStatistics
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
    /// <param name="ownShare">What training's statistics count beside it, from 0 to 1.</param>
    public void Finish(double ownShare)
    {
        if (_values == 0)
            return;
        _layer.Mean.copy_(Mixed(_ownMean, _mean));
        _layer.Variance.copy_(Mixed(_ownVariance, _squares.Over(_values - 1)));
        _isFinished = true;

        Tensor Mixed(Tensor own, Tensor all) => ownShare == 0 ? all : own.to(float64).Times(ownShare).Plus(all.Times(1 - ownShare));
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

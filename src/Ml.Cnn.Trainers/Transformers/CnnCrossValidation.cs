using Microsoft.ML;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What the folds of a <see cref="CnnFoldTrainer"/> came to on the rows that their networks were not trained on: every row of the data is scored once, by the
/// one network that has not seen it.
/// </summary>
public sealed class CnnCrossValidation
{
    internal CnnCrossValidation(IReadOnlyList<CnnFold> folds, IDataView scored) => (Folds, ScoredHoldOutSet) = (folds, scored);

    /// <summary>The folds, in their order.</summary>
    public IReadOnlyList<CnnFold> Folds { get; }

    /// <summary>
    /// The rows of all folds, one fold behind the other, each with the scores of the network that has not seen it, computed whenever they are read: for
    /// <c>EvaluateCnn</c> of the package Ml.Cnn.Evaluation, or ML.NET's <c>Evaluate</c>.
    /// </summary>
    public IDataView ScoredHoldOutSet { get; }

    /// <summary>Labeled images that could be scored.</summary>
    public long Images => Folds.Sum(fold => fold.Images);

    /// <summary>The share of all images whose class has the highest score, from 0 to 1.</summary>
    public double MicroAccuracy => Mean(fold => fold.MicroAccuracy);

    /// <summary>The mean of −ln of the right class's probability over all images.</summary>
    public double LogLoss => Mean(fold => fold.LogLoss);

    private double Mean(Func<CnnFold, double> measure) => Folds.Sum(fold => fold.Images * measure(fold)) / Images;
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Transforms.Splits;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Trains a network for each fold of the data, on all other folds, and gives one ensemble of them (Krogh and Vedelsby 1995, "Neural Network Ensembles, Cross
/// Validation, and Active Learning"). Made by <c>Trainers.FoldEnsemble</c>.
/// </summary>
/// <remarks>
/// <para>
/// The folds have the classes in the same proportion. No network sees its own fold, neither for training nor to choose its best epoch:
/// <see cref="CnnTrainerOptions.ValidationFraction"/> splits a part of the other folds off, and <see cref="CnnTrainerOptions.ValidationSet"/> is other data. So
/// <see cref="CnnEnsemble.CrossValidation"/> says what one network of this kind is worth on images that it has not seen; the ensemble of all is better as a
/// rule.
/// </para>
/// <para>
/// Fold k of the trainer's seed s has the seed s + k − 1. With checkpoints each fold keeps its own, in the folders "fold-1", "fold-2", …: after an
/// interruption, folds that are over are read from there, and the one under way goes on. Logs are kept in such folders, too. A time budget is each fold's
/// own.
/// </para>
/// </remarks>
public sealed class CnnFoldTrainer : IEstimator<CnnEnsemble>
{
    private readonly IHostEnvironment _environment;
    private readonly CnnTrainer _trainer;
    private readonly int _folds;
    private readonly string? _samplingKey;
    private readonly Action<CnnFold>? _ended;

    internal CnnFoldTrainer(IHostEnvironment environment, CnnTrainer trainer, int folds, string? samplingKey, Action<CnnFold>? ended) =>
        (_environment, _trainer, _folds, _samplingKey, _ended) = (environment, trainer, folds, samplingKey, ended);

    /// <inheritdoc cref="CnnTrainer.GetOutputSchema"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _trainer.GetOutputSchema(inputSchema);

    /// <summary>Trains a network for each fold.</summary>
    /// <returns>All networks as one, which knows what they came to (<see cref="CnnEnsemble.CrossValidation"/>).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="BadImageException">Images cannot be decoded, and <see cref="CnnTrainerOptions.OnBadImage"/> is to fail.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are fewer groups than folds, a fold has no image of its own, or a network cannot be trained: see <see cref="CnnTrainer.Fit"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">Canceled before the last fold was over.</exception>
    public CnnEnsemble Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var labelName = _trainer.LabelColumnName;
        var label = LabelColumn.Check(input.Schema, labelName);
        using var log = _environment.Start(nameof(CnnFoldTrainer));
        var parts = StratifiedSplit.Folds(input, _folds, label, _trainer.FoldSeed, _samplingKey);
        var folds = new List<CnnFold>();
        try
        {
            foreach (var (i, part) in parts.Index())
            {
                folds.Add(Measured(i + 1, Train(i, part.Train), part.Test, labelName));
                log.Info(MessageSensitivity.None, "{0}", folds[^1].ToString());
                _ended?.Invoke(folds[^1]);
            }
            var scored = AppendRowsDataView.Create(_environment, null, [.. folds.Select(fold => fold.ScoredHoldOutSet)]);
            var ensemble = CnnEnsemble.Of([.. folds.Select(fold => fold.Model)]);
            ensemble.CrossValidation = new(folds, scored);
            return ensemble;
        }
        catch
        {
            foreach (var fold in folds)
                fold.Model.Dispose();
            throw;
        }
    }

    private CnnTransformer Train(int fold, IDataView rows)
    {
        var model = _trainer.OfFold(fold).Fit(rows);
        if (model.StopReason != StopReason.Canceled)
            return model;
        model.Dispose();
        throw new OperationCanceledException($"Training was canceled in fold {fold + 1} of {_folds}. With checkpoints it can be resumed there.");
    }

    private CnnFold Measured(int number, CnnTransformer model, IDataView test, string labelName)
    {
        var scored = model.Transform(test);
        var scores = LabeledScores.Read(scored, model.ScoreColumnName, labelName, model.ClassNames);
        var right = Enumerable.Range(0, scores.Count).Count(row => TensorPrimitives.IndexOfMax(scores.Row(row)) == scores.Labels[row]);
        return new()
        {
            Fold = number,
            Folds = _folds,
            Model = model,
            ScoredHoldOutSet = scored,
            Images = scores.Count,
            MicroAccuracy = (double)right / scores.Count,
            LogLoss = scores.LogLoss(),
        };
    }
}

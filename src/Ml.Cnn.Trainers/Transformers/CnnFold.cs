using Microsoft.ML;

namespace Ml.Cnn.Trainers;

/// <summary>A fold of a cross-validation: a network, and the rows that it was not trained on.</summary>
public sealed class CnnFold
{
    internal CnnFold() { }

    /// <summary>Its number, from 1.</summary>
    public required int Fold { get; init; }

    /// <summary>Of how many.</summary>
    public required int Folds { get; init; }

    /// <summary>The network that was trained on the other folds. It shares its weights with the ensemble and is disposed apart.</summary>
    public required CnnTransformer Model { get; init; }

    /// <summary>The fold's rows with this network's scores, computed whenever they are read.</summary>
    public required IDataView ScoredHoldOutSet { get; init; }

    /// <summary>Labeled images of the fold that could be scored.</summary>
    public required long Images { get; init; }

    /// <summary>The share of them whose class has the highest score, from 0 to 1.</summary>
    public required double MicroAccuracy { get; init; }

    /// <summary>The mean of −ln of the right class's probability.</summary>
    public required double LogLoss { get; init; }

    /// <summary>"fold 2 of 5: accuracy 93.1 %, log loss 0.214, 400 images".</summary>
    public override string ToString() => FormattableString.Invariant(
        $"fold {Fold} of {Folds}: accuracy {100 * MicroAccuracy:0.0} %, log loss {LogLoss:0.000}, {Images} images");
}

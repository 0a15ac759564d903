using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.MnasNet</c>.</summary>
public sealed class MnasNetOptions : CnnFamilyOptions
{
    /// <summary>Factor on the channels: 0.5, 0.75, 1 or 1.3. Default 1.</summary>
    public double WidthMultiplier { get; set; } = 1;

    /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.2.</summary>
    public double Dropout { get; set; } = 0.2;

    /// <summary>
    /// Share of each batch in batch normalization's running statistics, above 0, at most 1. Default 0.0003, the paper's, for trainings of many
    /// thousands of steps; take 0.1 for a short training from random weights.
    /// </summary>
    public double NormMomentum { get; set; } = 1 - 0.9997;

    internal override Architecture ToArchitecture() => MnasNet.Create(WidthMultiplier, Dropout, NormMomentum);
}

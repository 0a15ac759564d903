using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.GoogLeNet</c>.</summary>
public sealed class GoogLeNetOptions : CnnFamilyOptions
{
    /// <summary>Whether the two auxiliary classifiers take part in training, each with 0.3 of its loss; scores do not depend on them. Default true.</summary>
    public bool AuxiliaryHeads { get; set; } = true;

    /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.4.</summary>
    public double Dropout { get; set; } = 0.4;

    internal override Architecture ToArchitecture() => GoogLeNet.Create(AuxiliaryHeads, Dropout);
}

using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.InceptionV3</c>.</summary>
public sealed class InceptionV3Options : CnnFamilyOptions
{
    /// <summary>Whether the auxiliary classifier takes part in training, with 0.4 of its loss; scores do not depend on it. Default true.</summary>
    public bool AuxiliaryHeads { get; set; } = true;

    /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    internal override Architecture ToArchitecture() => InceptionV3.Create(AuxiliaryHeads, Dropout);
}

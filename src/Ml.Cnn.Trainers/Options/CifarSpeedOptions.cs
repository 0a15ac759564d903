using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>
/// The options of <c>Trainers.CifarSpeed</c>. They begin as the recipe that goes with the network (<see cref="TrainingPreset"/> "cifar_speed"), where those of
/// other networks have other defaults: a momentum of 0.85 with Nesterov's look ahead, a triangular <see cref="LearningRateSchedule"/>, label smoothing of 0.2,
/// <see cref="Lookahead"/>, a higher rate for the biases of normalizations, a first stage of three epochs, and shifts by two pixels with alternating flips.
/// </summary>
public sealed class CifarSpeedOptions : CnnFamilyOptions
{
    /// <summary>Creates the options of the recipe.</summary>
    public CifarSpeedOptions() => TrainingPreset.ApplyOwn(CifarSpeed.Create(), this);

    /// <summary>The accuracy on CIFAR-10 that the network was made for. Default 94 %.</summary>
    public CifarSpeedVariant Variant { get; set; }

    internal override Architecture ToArchitecture() => CifarSpeed.Create(Variant);
}

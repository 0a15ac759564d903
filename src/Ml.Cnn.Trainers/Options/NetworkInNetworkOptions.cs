using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.NetworkInNetwork</c>.</summary>
public sealed class NetworkInNetworkOptions : CnnFamilyOptions
{
    /// <summary>Dropout after the first two poolings, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    internal override Architecture ToArchitecture() => NetworkInNetwork.Create(Dropout);
}

using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of a family of networks, which also say which network of the family is trained.</summary>
/// <remarks>
/// A branch of its own beside <see cref="CnnOptions"/>: options that choose a network cannot be given to a method that is given the network
/// itself and would ignore the choice.
/// </remarks>
public abstract class CnnFamilyOptions : CnnTrainerOptions
{
    private protected CnnFamilyOptions() { }

    /// <summary>The network that the options choose.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    internal abstract Architecture ToArchitecture();
}

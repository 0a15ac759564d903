using Ml.Cnn.Trainers.Collectives;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>The processes whose images batch normalization takes its statistics from.</summary>
/// <param name="collectives">The processes.</param>
internal sealed class SynchronizedStatistics(ICollectives collectives)
{
    public ICollectives Collectives => collectives;

    /// <summary>Whether a step of training is under way. Not where all processes see the same images.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Whether this process's input counts. Not where it takes part without an image.</summary>
    public bool HasImages { get; private set; }

    /// <summary>Begins or ends a step's way forward.</summary>
    public void Turn(bool on, bool hasImages = true) => (IsOn, HasImages) = (on, hasImages);
}

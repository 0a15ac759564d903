namespace Ml.Cnn.Trainers;

/// <summary>The accuracies on CIFAR-10 that the networks of airbench were made for (Jordan 2024, section 4).</summary>
public enum CifarSpeedVariant
{
    /// <summary>94 %: 64, 256 and 256 channels, ten epochs.</summary>
    Accuracy94,

    /// <summary>95 %: 128, 384 and 384 channels, fifteen epochs.</summary>
    Accuracy95,
}

using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms;

/// <summary>
/// One step of an <see cref="ImageAugmentation"/>: data that says what happens to an image and in which range. Steps are
/// immutable and may be shared by threads and recipes. In JSON the property <c>step</c> names the kind.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(Pad), "pad")]
[JsonDerivedType(typeof(RandomCrop), "randomCrop")]
[JsonDerivedType(typeof(RandomResizedCrop), "randomResizedCrop")]
[JsonDerivedType(typeof(ScaleJitter), "scaleJitter")]
[JsonDerivedType(typeof(RandomHorizontalFlip), "randomHorizontalFlip")]
[JsonDerivedType(typeof(AlternatingHorizontalFlip), "alternatingHorizontalFlip")]
[JsonDerivedType(typeof(RandomVerticalFlip), "randomVerticalFlip")]
[JsonDerivedType(typeof(RandomRotation), "randomRotation")]
[JsonDerivedType(typeof(RandomAffine), "randomAffine")]
[JsonDerivedType(typeof(RandomPerspective), "randomPerspective")]
[JsonDerivedType(typeof(ColorJitter), "colorJitter")]
[JsonDerivedType(typeof(PcaColor), "pcaColor")]
[JsonDerivedType(typeof(RandomErasing), "randomErasing")]
[JsonDerivedType(typeof(Grayscale), "grayscale")]
[JsonDerivedType(typeof(RandomGrayscale), "randomGrayscale")]
[JsonDerivedType(typeof(MeanFilter), "meanFilter")]
[JsonDerivedType(typeof(GaussianFilter), "gaussianFilter")]
[JsonDerivedType(typeof(BilateralFilter), "bilateralFilter")]
[JsonDerivedType(typeof(SobelFilter), "sobelFilter")]
[JsonDerivedType(typeof(RandAugment), "randAugment")]
[JsonDerivedType(typeof(TrivialAugmentWide), "trivialAugmentWide")]
[JsonDerivedType(typeof(AutoAugment), "autoAugment")]
public abstract record AugmentationStep
{
    private protected AugmentationStep()
    {
    }

    /// <summary>Whether the step draws. Only steps that do not belong to scoring too.</summary>
    internal virtual bool IsRandom => true;

    /// <summary>
    /// For a step that brings images of any size to the network's: how many times larger than the network's input a
    /// image should be so that the step never magnifies it more than it would have to. Null for all other steps.
    /// </summary>
    internal virtual double? NeededScale => null;

    /// <summary>
    /// For a step that draws a part of the image and brings it to the network's size: how small the whole image may be for the part
    /// that it is about to draw to have that size still. Null for all other steps.
    /// </summary>
    /// <param name="width">The image's, in pixels.</param>
    /// <param name="height">The image's, in pixels.</param>
    /// <param name="target">The network's input.</param>
    /// <param name="random">A copy of what the step will draw from.</param>
    internal virtual (int Width, int Height)? NeededSize(int width, int height, ImagePreprocessing target, AugmentationRandom random) => null;

    /// <summary>Whether the step makes images of the network's size, whatever the size that they had.</summary>
    internal virtual bool GivesTargetSize => false;

    /// <summary>Whether the image has another size afterwards that is not the network's.</summary>
    internal virtual bool ChangesSize => NeededScale is not null && !GivesTargetSize;

    /// <summary>Does the step to one image.</summary>
    internal abstract void Apply(AugmentationScratch scratch, ref AugmentationRandom random);

    /// <summary>The value itself if it is a probability.</summary>
    private protected static double CheckedProbability(double value, string name)
    {
        if (value is >= 0 and <= 1)
            return value;
        throw new ArgumentOutOfRangeException(name, value, $"The probability {name} must lie within 0 and 1.");
    }
}

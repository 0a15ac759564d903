using Microsoft.ML;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Semi-supervised training by pseudo-labels (Lee 2013, "Pseudo-Label"), in FixMatch's form (Sohn et al. 2020, section 2): images without labels are learned
/// along with the labeled ones, by the classes that the network itself is sure of. <c>PseudoLabels = new PseudoLabels(unlabeled)</c>. Immutable.
/// </summary>
/// <remarks>
/// <para>
/// Each step takes <see cref="Ratio"/> unlabeled images for every labeled one, each twice: changed little, by the training's own augmentation, and changed
/// much, by the <see cref="StrongAugmentation"/> as well. Where the network, in evaluation mode, gives a class of the first one at least the <see
/// cref="Threshold"/>, the second one has that class for its label. So the first steps learn from the labels alone, and more and more images take part. The
/// loss is that of the labels + <see cref="Weight"/> · the mean over all unlabeled images of the step.
/// </para>
/// <para>
/// An epoch is still one pass over the labeled images: with few labels, give many epochs. The unlabeled images are gone through in an order of their own, on
/// and on. They should be of the classes that there are labels of: what is none of them is taken for one as soon as the network is sure of it. A step takes
/// about 1 + 1.3 · <see cref="Ratio"/> times as long. Give the training an <see cref="CnnTrainerOptions.Augmentation"/> that fits the images; mixing,
/// teachers and weights of classes or images concern the labeled images alone.
/// </para>
/// </remarks>
public sealed class PseudoLabels
{
    /// <summary>
    /// What is done by default: two operations of <see cref="RandAugment"/> and a gray rectangle of up to a quarter of the image (Sohn et al. 2020,
    /// section 2.3, where it is called Cutout).
    /// </summary>
    public static ImageAugmentation DefaultStrongAugmentation { get; } =
        new([new RandAugment(count: 2, magnitude: 10, fill: 0x7F7F7F), new RandomErasing(probability: 1, scale: (0.02, 0.25), fill: 0x7F7F7F)]);

    /// <summary>Learns from images without labels.</summary>
    /// <param name="images">Images in the training data's column of images, of the same type. Labels are not read.</param>
    public PseudoLabels(IDataView images)
    {
        ArgumentNullException.ThrowIfNull(images);
        Images = images;
    }

    /// <summary>The images without labels.</summary>
    public IDataView Images { get; }

    /// <summary>τ: the probability from which on a class counts as the image's label, above 0 and below 1. Default 0.95 (section 4).</summary>
    public double Threshold { get; init; } = 0.95;

    /// <summary>μ: unlabeled images for each labeled one of a step, at least 1. Default 7 (section 4).</summary>
    public int Ratio { get; init; } = 7;

    /// <summary>λ: what the loss of the unlabeled images counts beside that of the labels, above 0. Default 1 (section 4).</summary>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// The steps that come behind those of the training's augmentation in the images that learn. Its mixing of batches is not used. Default
    /// <see cref="DefaultStrongAugmentation"/>.
    /// </summary>
    public ImageAugmentation StrongAugmentation { get; init; } = DefaultStrongAugmentation;

    /// <summary>What a training goes by.</summary>
    internal PseudoLabelSettings ToSettings() =>
        new() { Images = null, Threshold = Threshold, Ratio = Ratio, Weight = Weight, StrongAugmentation = StrongAugmentation };
}

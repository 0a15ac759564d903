using Ml.Cnn.Trainers;

namespace Ml.Cnn.Inspection;

/// <summary>Which heat map is made of an image.</summary>
public sealed class CnnHeatMapOptions
{
    /// <summary>The method. Default: Grad-CAM. docs/inspection.md tells which to use.</summary>
    public CnnHeatMapMethod Method { get; set; } = CnnHeatMapMethod.GradCam;

    /// <summary>
    /// The layer whose output is looked at, by its name in <see cref="Trainers.Inspection.CnnSummary"/>, such as "layer4" or "features.12". A name that several
    /// layers begin with ("layer4") stands for the last of them. Default: the last layer with height and width that no branch goes past. Must be null for
    /// <see cref="CnnHeatMapMethod.Occlusion"/> and <see cref="CnnHeatMapMethod.IntegratedGradients"/>, which take none.
    /// </summary>
    public string? Layer { get; set; }

    /// <summary>The class that parts of the image speak for: one of <see cref="CnnClassifier.ClassNames"/>. Default: the predicted one.</summary>
    public string? ClassName { get; set; }

    /// <summary>
    /// Whether every view is looked at that the model scores (<see cref="CnnTransformer.WithTestTimeAugmentation(Transforms.TestTimeAugmentation)"/>), and the
    /// maps averaged where the views lie in the image; if not, the middle alone. Default true. Of dense evaluation, the middle is looked at.
    /// </summary>
    public bool AllViews { get; set; } = true;

    /// <summary>
    /// The side of an occluded square in pixels of the network's input, from 1 to the input's shorter side. Default: an eighth of that side, 28 of 224.
    /// </summary>
    public int? OcclusionPatch { get; set; }

    /// <summary>Pixels from one occluded square to the next, from 1 to the square's side. Default: half the side.</summary>
    public int? OcclusionStride { get; set; }

    /// <summary>
    /// Steps of integrated gradients on the way from the mean color (gray where no mean is taken away) to the image, 1 or more: the more, the nearer the sum
    /// to the difference of the logits (section 5 of the paper: 20 to 300). Default 50.
    /// </summary>
    public int IntegrationSteps { get; set; } = 50;

    /// <summary>Whether the method looks at a layer.</summary>
    internal bool TakesLayer => Method is not (CnnHeatMapMethod.Occlusion or CnnHeatMapMethod.IntegratedGradients);

    /// <summary>Complains about the first value that makes no sense.</summary>
    /// <param name="options">The options.</param>
    /// <param name="side">The shorter side of the network's input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message says which.</exception>
    /// <exception cref="ArgumentException">A layer is named for a method that takes none.</exception>
    internal static void Validate(CnnHeatMapOptions options, int side)
    {
        if (!Enum.IsDefined(options.Method))
            throw new ArgumentOutOfRangeException(nameof(options), options.Method, $"{nameof(Method)} is none of {nameof(CnnHeatMapMethod)}.");
        if (options.Layer is not null && !options.TakesLayer)
            throw new ArgumentException($"{options.Method} looks at no layer: leave {nameof(Layer)} null or choose another {nameof(Method)}.", nameof(options));
        if (options.OcclusionPatch is { } patch && (patch < 1 || patch > side))
            throw new ArgumentOutOfRangeException(nameof(options), patch, $"{nameof(OcclusionPatch)} must be from 1 to {side} pixels, the network's input.");
        if (options.OcclusionStride is { } stride && (stride < 1 || stride > options.Patch(side)))
        {
            throw new ArgumentOutOfRangeException(nameof(options), stride,
                $"{nameof(OcclusionStride)} must be from 1 to {options.Patch(side)} pixels, the patch.");
        }
        if (options.IntegrationSteps < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.IntegrationSteps, $"{nameof(IntegrationSteps)} must be at least 1.");
    }

    /// <summary>The side of an occluded square.</summary>
    internal int Patch(int side) => OcclusionPatch ?? Math.Max(1, side / 8);

    /// <summary>Pixels from one occluded square to the next.</summary>
    internal int Stride(int side) => OcclusionStride ?? Math.Max(1, Patch(side) / 2);
}

using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>
/// A recipe made ready for a network's input. Thread safe: what changes lies in the scratch and the random numbers, which
/// each thread brings along.
/// </summary>
internal sealed class AugmentationPipeline
{
    private readonly AugmentationStep[] _steps;
    private readonly ImagePreprocessing _target;

    /// <param name="recipe">What to do.</param>
    /// <param name="target">The network's input.</param>
    /// <param name="scoring">
    /// Only what is without chance: where the recipe would first cut or resize, the image is brought to the recipe's
    /// <see cref="ImageAugmentation.EvaluationView"/>.
    /// </param>
    public AugmentationPipeline(ImageAugmentation recipe, ImagePreprocessing target, bool scoring = false)
    {
        _steps = scoring ? StepsForScoring(recipe) : [.. recipe.Steps];
        _target = scoring ? recipe.EvaluationView(target) : target;
    }

    /// <summary>Bytes of an image that is ready: height × width × channels of the target.</summary>
    public int ByteCount => _target.ByteCount;

    /// <summary>
    /// What a decoder has to give. JPEGs may be decoded at 1/2, 1/4 or 1/8 scale only where even the smallest part that
    /// the recipe can cut out still has the network's size, so that no detail is lost that a full decode would show.
    /// </summary>
    public DecodeOptions DecodeOptions
    {
        get
        {
            if (_steps.Length == 0 || _steps[0] is FitStep)
                return _target.DecodeOptions(reducedScale: true);
            // Steps before the first resizing see the image at its own scale, and so must the scoring that follows them.
            var scale = _steps[0].NeededScale ?? 0;
            var side = (int)Math.Min(int.MaxValue, Math.Ceiling(scale * Math.Max(_target.Width, _target.Height)));
            return new() { Channels = _target.Channels, MinimumWidth = side, MinimumHeight = side };
        }
    }

    /// <summary>What a decoder has to give for one image, of which the part that will be drawn is known.</summary>
    /// <param name="random">A copy of the image's own.</param>
    public DecodeOptions DecodeOptionsFor(AugmentationRandom random)
    {
        var options = DecodeOptions;
        return _steps is [{ GivesTargetSize: true } first, ..]
            ? options with
            {
                MinimumSize = (width, height) => first.NeededSize(width, height, _target, random) ?? (options.MinimumWidth, options.MinimumHeight),
            }
            : options;
    }

    /// <summary>Decoded pixels to the network's input, everything but the normalization.</summary>
    /// <param name="decoded">Of any size and number of channels. It is read, never written.</param>
    /// <param name="scratch">The calling thread's own.</param>
    /// <param name="random">The image's own.</param>
    /// <param name="destinationHwc">Exactly <see cref="ByteCount"/> bytes.</param>
    public void Apply(PixelImage decoded, AugmentationScratch scratch, ref AugmentationRandom random, Span<byte> destinationHwc)
    {
        scratch.Begin(decoded, _target);
        foreach (var step in _steps)
            step.Apply(scratch, ref random);
        scratch.Finish(destinationHwc);
    }

    /// <summary>A recipe's steps without chance, with one that stands in for all that cut and resize.</summary>
    public static AugmentationStep[] StepsForScoring(ImageAugmentation recipe)
    {
        var steps = new List<AugmentationStep>();
        var isFitted = false;
        foreach (var step in recipe.Steps)
        {
            if (!step.IsRandom)
                steps.Add(step);
            else if (!isFitted && (step.GivesTargetSize || step.NeededScale is not null))
            {
                steps.Add(FitStep.Instance);
                isFitted = true;
            }
        }
        return [.. steps];
    }

    /// <summary>Brings an image to the network's size without chance.</summary>
    private sealed record FitStep : AugmentationStep
    {
        public static FitStep Instance { get; } = new();

        internal override bool IsRandom => false;

        internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) => scratch.FitToTarget();
    }
}

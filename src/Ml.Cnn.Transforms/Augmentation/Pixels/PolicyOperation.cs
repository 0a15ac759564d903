using System.Diagnostics;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>The operations that AutoAugment and its successors choose from (Cubuk et al., AutoAugment, 2019, table 6).</summary>
internal enum PolicyOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Invert,
}

internal static class PolicyOperations
{
    /// <summary>Whether the magnitude may as well be negative.</summary>
    public static bool IsSigned(this PolicyOperation operation) => operation is >= PolicyOperation.ShearX and <= PolicyOperation.Sharpness;

    /// <param name="operation">What to do.</param>
    /// <param name="scratch">The image.</param>
    /// <param name="magnitude">
    /// A shear's tangent, a translation in pixels, an angle in degrees (counter-clockwise), a factor minus 1, the bits or the
    /// threshold; the others have none.
    /// </param>
    /// <param name="sampling">For the operations that move pixels.</param>
    /// <param name="fill">0xRRGGBB of what comes into sight.</param>
    public static void Apply(this PolicyOperation operation, AugmentationScratch scratch, double magnitude, WarpSampling sampling, int fill)
    {
        switch (operation)
        {
            case PolicyOperation.Identity:
                break;
            case PolicyOperation.ShearX: // from the top left corner
                Warp.Apply(scratch, new(1, magnitude, 0, 0, 1, 0), sampling, fill);
                break;
            case PolicyOperation.ShearY:
                Warp.Apply(scratch, new(1, 0, 0, magnitude, 1, 0), sampling, fill);
                break;
            case PolicyOperation.TranslateX:
                Warp.Apply(scratch, new(1, 0, -Math.Truncate(magnitude), 0, 1, 0), sampling, fill);
                break;
            case PolicyOperation.TranslateY:
                Warp.Apply(scratch, new(1, 0, 0, 0, 1, -Math.Truncate(magnitude)), sampling, fill);
                break;
            case PolicyOperation.Rotate:
                Warp.Apply(scratch, Projection.Rotation(magnitude, scratch.Width, scratch.Height), sampling, fill);
                break;
            case PolicyOperation.Brightness:
                ColorTables.Brightness(scratch, 1 + magnitude);
                break;
            case PolicyOperation.Color:
                SaturationAdjustment.Adjust(scratch.Image, 1 + magnitude);
                break;
            case PolicyOperation.Contrast:
                ColorTables.Contrast(scratch, 1 + magnitude);
                break;
            case PolicyOperation.Sharpness:
                SharpnessAdjustment.Adjust(scratch, 1 + magnitude);
                break;
            case PolicyOperation.Posterize:
                ColorTables.Posterize(scratch, (int)magnitude);
                break;
            case PolicyOperation.Solarize:
                ColorTables.Solarize(scratch, magnitude);
                break;
            case PolicyOperation.AutoContrast:
                ColorTables.AutoContrast(scratch);
                break;
            case PolicyOperation.Equalize:
                ColorTables.Equalize(scratch);
                break;
            case PolicyOperation.Invert:
                ColorTables.Invert(scratch);
                break;
            default:
                throw new UnreachableException();
        }
    }
}

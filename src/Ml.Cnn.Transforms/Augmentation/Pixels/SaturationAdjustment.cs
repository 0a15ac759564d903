using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>More or less color: 0 is gray, 1 the image. Gray images stay.</summary>
internal static class SaturationAdjustment
{
    public static void Adjust(PixelImage image, double factor)
    {
        if (factor == 1 || image.Channels == 1)
            return;
        var kernel = new Kernel(Vector256.Create((float)factor));
        ColorKernels.Run(image, ref kernel);
    }

    private readonly struct Kernel(Vector256<float> factor) : IColorKernel
    {
        public void Transform(ref Vector256<int> red, ref Vector256<int> green, ref Vector256<int> blue)
        {
            var gray = Vector256.ConvertToSingle(Luma.Of(red, green, blue));
            red = Blend(gray, red);
            green = Blend(gray, green);
            blue = Blend(gray, blue);
        }

        private Vector256<int> Blend(Vector256<float> gray, Vector256<int> value)
        {
            var blended = gray + factor * (Vector256.ConvertToSingle(value) - gray);
            return Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(blended, Vector256<float>.Zero), Vector256.Create(255f)));
        }
    }
}

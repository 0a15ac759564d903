using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>The brightness that the eye sees: ITU-R 601-2 luma in Pillow's fixed point.</summary>
internal static class Luma
{
    /// <summary>The mean luma of an image, rounded to a gray level.</summary>
    public static int Mean(PixelImage image)
    {
        long sum = 0;
        if (image.Channels == 1)
        {
            foreach (var value in image.Pixels)
                sum += value;
        }
        else
        {
            var kernel = new SumKernel();
            ColorKernels.Run(image, ref kernel);
            sum = kernel.Sum;
        }
        return (int)((double)sum / ((long)image.Width * image.Height) + 0.5);
    }

    /// <summary>Every channel becomes the luma. Gray images stay.</summary>
    public static void ToGray(PixelImage image)
    {
        if (image.Channels == 1)
            return;
        var kernel = new GrayKernel();
        ColorKernels.Run(image, ref kernel);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Of(Vector256<int> red, Vector256<int> green, Vector256<int> blue) =>
        (red * 19595 + green * 38470 + blue * 7471 + Vector256.Create(0x8000)) >> 16;

    private struct SumKernel : IColorKernel
    {
        private Vector256<long> _sum;

        public readonly long Sum => Vector256.Sum(_sum);

        public void Transform(ref Vector256<int> red, ref Vector256<int> green, ref Vector256<int> blue)
        {
            var (lower, upper) = Vector256.Widen(Of(red, green, blue));
            _sum += lower + upper;
        }
    }

    private readonly struct GrayKernel : IColorKernel
    {
        public void Transform(ref Vector256<int> red, ref Vector256<int> green, ref Vector256<int> blue) =>
            red = green = blue = Of(red, green, blue);
    }
}

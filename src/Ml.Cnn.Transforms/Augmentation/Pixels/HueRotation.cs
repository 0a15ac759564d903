using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>
/// Turns the colors around the color wheel. The way there and back goes over hue and saturation in 256 steps, as in
/// Pillow, so that results agree with the images that published weights were trained on. Gray images stay.
/// </summary>
internal static class HueRotation
{
    /// <param name="image">Changed in place.</param>
    /// <param name="turns">From −0.5 to 0.5 turns of the wheel; 0 changes nothing.</param>
    public static void Apply(PixelImage image, double turns)
    {
        if (turns == 0 || image.Channels == 1)
            return;
        var kernel = new Kernel(Vector256.Create((int)(turns * 255)));
        ColorKernels.Run(image, ref kernel);
    }

    private readonly struct Kernel(Vector256<int> shift) : IColorKernel
    {
        public void Transform(ref Vector256<int> red, ref Vector256<int> green, ref Vector256<int> blue)
        {
            var largest = Vector256.Max(red, Vector256.Max(green, blue));
            var spread = largest - Vector256.Min(red, Vector256.Min(green, blue));
            var value = Vector256.ConvertToSingle(largest);
            // Both are 0 for black; what is then computed is multiplied with a saturation of 0.
            var saturation = Vector256.Floor(Vector256.ConvertToSingle(spread) * 255f / Vector256.Max(value, Vector256<float>.One));
            var hue = (HueOf(red, green, blue, largest, spread) + shift) & Vector256.Create(255);

            // A sixth of the wheel, and the place within it.
            var place = Vector256.ConvertToSingle(hue) * (6f / 255f);
            var sixth = Vector256.Floor(place);
            var within = place - sixth;
            var strength = saturation * (1f / 255f);
            var low = Round(value * (Vector256<float>.One - strength));
            var falling = Round(value * (Vector256<float>.One - strength * within));
            var rising = Round(value * (Vector256<float>.One - strength * (Vector256<float>.One - within)));

            var number = Vector256.ConvertToInt32(sixth);
            var (at1, at2, at3, at4, at5) = (Is(number, 1), Is(number, 2), Is(number, 3), Is(number, 4), Is(number, 5));
            red = Vector256.ConditionalSelect(at1, falling, Vector256.ConditionalSelect(at2 | at3, low, Vector256.ConditionalSelect(at4, rising, largest)));
            green = Vector256.ConditionalSelect(at1 | at2, largest,
                Vector256.ConditionalSelect(at3, falling, Vector256.ConditionalSelect(at4 | at5, low, rising)));
            blue = Vector256.ConditionalSelect(at2, rising, Vector256.ConditionalSelect(at3 | at4, largest, Vector256.ConditionalSelect(at5, falling, low)));
        }

        /// <summary>The hue in 256ths of the wheel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<int> HueOf(Vector256<int> red, Vector256<int> green, Vector256<int> blue, Vector256<int> largest, Vector256<int> spread)
        {
            var divisor = Vector256.ConvertToSingle(Vector256.Max(spread, Vector256<int>.One));
            var (redIsLargest, greenIsLargest) = (Vector256.Equals(red, largest).AsSingle(), Vector256.Equals(green, largest).AsSingle());
            // How far each color is from the largest, as a share of the spread: of the two others, one always lacks 1.
            var redLack = Vector256.ConvertToSingle(largest - red) / divisor;
            var greenLack = Vector256.ConvertToSingle(largest - green) / divisor;
            var blueLack = Vector256.ConvertToSingle(largest - blue) / divisor;
            var ahead = Vector256.ConditionalSelect(redIsLargest, blueLack, Vector256.ConditionalSelect(greenIsLargest, redLack, greenLack));
            var behind = Vector256.ConditionalSelect(redIsLargest, greenLack, Vector256.ConditionalSelect(greenIsLargest, blueLack, redLack));
            var start = Vector256.ConditionalSelect(redIsLargest, Vector256<float>.Zero,
                Vector256.ConditionalSelect(greenIsLargest, Vector256.Create(2f), Vector256.Create(4f)));
            // start + ahead − behind, so that it is rounded once: a neighboring hue is up to six gray levels off.
            var sixths = Vector256.ConditionalSelect(Vector256.Equals(behind, Vector256<float>.One),
                start - Vector256<float>.One + ahead, start + Vector256<float>.One - behind);
            var turns = sixths / Vector256.Create(6f);
            turns = Vector256.ConditionalSelect(Vector256.LessThan(turns, Vector256<float>.Zero), turns + Vector256<float>.One, turns);
            return Vector256.ConvertToInt32(turns * 255f);
        }

        // Sixth 6 is the very end of the wheel: red again, as 0.
        private static Vector256<int> Is(Vector256<int> number, int which) => Vector256.Equals(number, Vector256.Create(which));

        private static Vector256<int> Round(Vector256<float> value) => Vector256.ConvertToInt32(value + Vector256.Create(0.5f));
    }
}

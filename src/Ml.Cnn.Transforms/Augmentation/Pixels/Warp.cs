using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>Draws an image anew through a <see cref="Projection"/>, at the same size.</summary>
internal static class Warp
{
    public static void Apply(AugmentationScratch scratch, Projection projection, WarpSampling sampling, int fill)
    {
        var source = scratch.Image;
        var result = scratch.Room(source.Width, source.Height);
        Apply(source, result, projection, sampling, fill);
        scratch.Take(result);
    }

    /// <param name="source">The image.</param>
    /// <param name="result">Of the same size; another image.</param>
    /// <param name="projection">From the result's coordinates to the source's.</param>
    /// <param name="sampling">How pixels between pixels are computed.</param>
    /// <param name="fill">0xRRGGBB where the source has nothing.</param>
    public static void Apply(PixelImage source, PixelImage result, Projection projection, WarpSampling sampling, int fill)
    {
        var channels = source.Channels;
        Span<byte> background = stackalloc byte[channels];
        FillColor.Write(fill, background);
        var p = projection;
        var isAffine = p.G == 0 && p.H == 0;
        for (var y = 0; y < result.Height; y++)
        {
            var row = result.Pixels.Slice(y * result.Width * channels, result.Width * channels);
            var v = y + 0.5;
            for (var x = 0; x < result.Width; x++)
            {
                var u = x + 0.5;
                var (fromX, fromY) = (p.A * u + p.B * v + p.C, p.D * u + p.E * v + p.F);
                if (!isAffine)
                {
                    var weight = p.G * u + p.H * v + 1;
                    (fromX, fromY) = (fromX / weight, fromY / weight);
                }
                var pixel = row.Slice(x * channels, channels);
                // Written so that a number that is none is outside too.
                if (!(fromX >= 0 && fromX < source.Width && fromY >= 0 && fromY < source.Height))
                    background.CopyTo(pixel);
                else if (sampling == WarpSampling.Nearest)
                    Nearest(source, (int)fromX, (int)fromY, pixel);
                else
                    Bilinear(source, fromX, fromY, pixel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nearest(PixelImage source, int x, int y, Span<byte> pixel)
    {
        ref var from = ref Unsafe.Add(ref source.Row(y), x * pixel.Length);
        for (var c = 0; c < pixel.Length; c++)
            pixel[c] = Unsafe.Add(ref from, c);
    }

    // Beyond the middle of the outermost pixels their color goes on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Bilinear(PixelImage source, double x, double y, Span<byte> pixel)
    {
        // The pixel whose middle lies before the place; the place is not negative, so that cutting off is rounding down.
        var (left, top) = ((int)(x + 0.5) - 1, (int)(y + 0.5) - 1);
        var (shareX, shareY) = ((float)(x - 0.5 - left), (float)(y - 0.5 - top));
        var (x0, x1) = (Math.Max(left, 0) * pixel.Length, Math.Min(left + 1, source.Width - 1) * pixel.Length);
        ref var upper = ref source.Row(Math.Max(top, 0));
        ref var lower = ref source.Row(Math.Min(top + 1, source.Height - 1));
        // Four bytes are read where three may count; the buffer's very last pixel has no byte behind it.
        if (pixel.Length >= 3 && (pixel.Length == 4 || x1 + 4 <= source.Width * 3))
        {
            var upperRow = Mix(Channels(ref Unsafe.Add(ref upper, x0)), Channels(ref Unsafe.Add(ref upper, x1)), shareX);
            var lowerRow = Mix(Channels(ref Unsafe.Add(ref lower, x0)), Channels(ref Unsafe.Add(ref lower, x1)), shareX);
            var mixed = Vector128.ConvertToInt32(Mix(upperRow, lowerRow, shareY) + Vector128.Create(0.5f));
            ref var to = ref MemoryMarshal.GetReference(pixel);
            to = (byte)mixed.GetElement(0);
            Unsafe.Add(ref to, 1) = (byte)mixed.GetElement(1);
            Unsafe.Add(ref to, 2) = (byte)mixed.GetElement(2);
            if (pixel.Length == 4)
                Unsafe.Add(ref to, 3) = (byte)mixed.GetElement(3);
            return;
        }
        for (var c = 0; c < pixel.Length; c++)
        {
            var upperValue = Mix(Unsafe.Add(ref upper, x0 + c), Unsafe.Add(ref upper, x1 + c), shareX);
            var lowerValue = Mix(Unsafe.Add(ref lower, x0 + c), Unsafe.Add(ref lower, x1 + c), shareX);
            pixel[c] = (byte)(Mix(upperValue, lowerValue, shareY) + 0.5f);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Channels(ref byte pixel) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte()))
            .AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Mix(Vector128<float> a, Vector128<float> b, float share) => a + (b - a) * share;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mix(float a, float b, float share) => a + (b - a) * share;
}

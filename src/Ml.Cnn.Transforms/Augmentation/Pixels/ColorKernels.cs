using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>What happens to the colors of eight pixels at once. Values are 0 to 255, before and after.</summary>
internal interface IColorKernel
{
    void Transform(ref Vector256<int> red, ref Vector256<int> green, ref Vector256<int> blue);
}

/// <summary>Takes RGB or RGBA pixels apart, eight at a time, and puts them together again.</summary>
internal static class ColorKernels
{
    /// <summary>Bytes that eight RGB pixels are read from: the last vector reads four more than it needs.</summary>
    private const int ReadBytes = 28;

    /// <summary>Changes an image of 3 or 4 channels in place; alpha stays.</summary>
    public static void Run<TKernel>(PixelImage image, ref TKernel kernel) where TKernel : struct, IColorKernel
    {
        var pixels = image.Pixels;
        if (image.Channels == 4)
            RunRgba(MemoryMarshal.Cast<byte, int>(pixels), ref kernel);
        else
            RunRgb(pixels, ref kernel);
    }

    private static void RunRgb<TKernel>(Span<byte> pixels, ref TKernel kernel) where TKernel : struct, IColorKernel
    {
        ref var first = ref MemoryMarshal.GetReference(pixels);
        var place = 0;
        for (; place + ReadBytes <= pixels.Length; place += 24)
            EightRgb(ref Unsafe.Add(ref first, place), ref kernel);

        Span<byte> rest = stackalloc byte[32];
        for (; place < pixels.Length; place += 24)
        {
            var part = pixels.Slice(place, Math.Min(24, pixels.Length - place));
            rest.Clear();
            part.CopyTo(rest);
            EightRgb(ref rest[0], ref kernel);
            rest[..part.Length].CopyTo(part);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightRgb<TKernel>(ref byte pixels, ref TKernel kernel) where TKernel : struct, IColorKernel
    {
        var lower = Vector128.LoadUnsafe(ref pixels);
        var upper = Vector128.LoadUnsafe(ref pixels, 12);
        var red = Channel(lower, upper, Vector128.Create((byte)0, 255, 255, 255, 3, 255, 255, 255, 6, 255, 255, 255, 9, 255, 255, 255));
        var green = Channel(lower, upper, Vector128.Create((byte)1, 255, 255, 255, 4, 255, 255, 255, 7, 255, 255, 255, 10, 255, 255, 255));
        var blue = Channel(lower, upper, Vector128.Create((byte)2, 255, 255, 255, 5, 255, 255, 255, 8, 255, 255, 255, 11, 255, 255, 255));
        kernel.Transform(ref red, ref green, ref blue);
        var rgb = (red | (green << 8) | (blue << 16)).AsByte();
        var packing = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
        Vector128.Shuffle(rgb.GetLower(), packing).StoreUnsafe(ref pixels);
        // The pixels behind were not read yet: exactly twelve bytes.
        var last = Vector128.Shuffle(rgb.GetUpper(), packing);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref pixels, 12), last.AsUInt64().GetElement(0));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref pixels, 20), last.AsUInt32().GetElement(2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Channel(Vector128<byte> lower, Vector128<byte> upper, Vector128<byte> places) =>
        Vector256.Create(Vector128.Shuffle(lower, places), Vector128.Shuffle(upper, places)).AsInt32();

    private static void RunRgba<TKernel>(Span<int> pixels, ref TKernel kernel) where TKernel : struct, IColorKernel
    {
        ref var first = ref MemoryMarshal.GetReference(pixels);
        var place = 0;
        for (; place + 8 <= pixels.Length; place += 8)
            EightRgba(ref Unsafe.Add(ref first, place), ref kernel);
        if (place == pixels.Length)
            return;
        Span<int> rest = stackalloc int[8];
        rest.Clear();
        pixels[place..].CopyTo(rest);
        EightRgba(ref rest[0], ref kernel);
        rest[..(pixels.Length - place)].CopyTo(pixels[place..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightRgba<TKernel>(ref int pixels, ref TKernel kernel) where TKernel : struct, IColorKernel
    {
        var all = Vector256.LoadUnsafe(ref pixels);
        var mask = Vector256.Create(255);
        var (red, green, blue) = (all & mask, (all >> 8) & mask, (all >> 16) & mask);
        kernel.Transform(ref red, ref green, ref blue);
        (red | (green << 8) | (blue << 16) | (all & Vector256.Create(unchecked((int)0xFF000000)))).StoreUnsafe(ref pixels);
    }
}

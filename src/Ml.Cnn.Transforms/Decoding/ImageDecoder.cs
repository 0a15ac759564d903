using System.Buffers;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>
/// JPEG, PNG, WebP, BMP and GIF (its first frame) to pixels, over SkiaSharp's SKCodec, and formats that were registered. Colors are the file's own numbers:
/// an embedded color profile is not applied, as in Pillow and torchvision, whose weights this library reads.
/// Every method may be called on several threads at once.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Decodes an image into <paramref name="destination"/>, whose buffer is reused.</summary>
    /// <param name="encoded">A whole image file.</param>
    /// <param name="destination">Takes the image's size and pixels. After an exception its contents are undefined.</param>
    /// <param name="options">Default: RGB at full size.</param>
    /// <exception cref="ImageDecodingException">Whatever is wrong with the image.</exception>
    public static unsafe void Decode(ReadOnlySpan<byte> encoded, PixelImage destination, DecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        options ??= DecodeOptions.Default;
        if (encoded.IsEmpty)
            throw new ImageDecodingException("The image is empty (0 bytes).");

        try
        {
            if (ImageFormats.Find(encoded) is { } format)
            {
                Decode(format, encoded, destination, options);
                return;
            }
            fixed (byte* bytes = encoded)
            {
                using var data = SKData.Create((nint)bytes, encoded.Length);
                using var codec = SKCodec.Create(data);
                if (codec is null)
                    throw new ImageDecodingException(WhyUnreadable(encoded));
                CheckPlausible(codec, encoded, options);
                Decode(codec, encoded, destination, options);
            }
        }
        catch (Exception exception) when (exception is not ImageDecodingException)
        {
            throw new ImageDecodingException($"The image could not be decoded: {exception.Message}", exception);
        }
    }

    /// <summary>Decodes an image into a new <see cref="PixelImage"/>.</summary>
    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, PixelImage, DecodeOptions?)"/>
    public static PixelImage Decode(ReadOnlySpan<byte> encoded, DecodeOptions? options = null)
    {
        var image = new PixelImage();
        Decode(encoded, image, options);
        return image;
    }

    /// <summary>
    /// Copies ML.NET's image. Its pixels are taken as premultiplied with alpha, which is how ML.NET loads images.
    /// </summary>
    /// <param name="source">The image; it stays the caller's to dispose.</param>
    /// <param name="destination">Takes the image's size and pixels.</param>
    /// <param name="options">Only channels, background and the size limit matter here.</param>
    /// <exception cref="ImageDecodingException">The image was disposed, or is larger than allowed.</exception>
    public static void Convert(MLImage source, PixelImage destination, DecodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        options ??= DecodeOptions.Default;
        try
        {
            CheckSize(source.Width, source.Height, options);
            destination.Reset(source.Width, source.Height, options.Channels);
            var order = source.PixelFormat == MLPixelFormat.Bgra32 ? ColorOrder.Bgra : ColorOrder.Rgba;
            PixelConverter.Convert(source.Pixels, order, AlphaKind.Premultiplied, SKEncodedOrigin.TopLeft, destination, options.Background);
        }
        catch (Exception exception) when (exception is not ImageDecodingException)
        {
            throw new ImageDecodingException($"The image could not be read: {exception.Message}", exception);
        }
    }

    private static void Decode(ImageFormat format, ReadOnlySpan<byte> encoded, PixelImage destination, DecodeOptions options)
    {
        var header = format.ReadHeader(encoded);
        CheckSize(header.Width, header.Height, options);
        destination.Reset(header.Width, header.Height, options.Channels);
        if (options.Channels == 4)
        {
            format.Decode(encoded, destination.Pixels);
            return;
        }
        var bytes = checked(header.Width * header.Height * 4);
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            format.Decode(encoded, rented.AsSpan(0, bytes));
            PixelConverter.Convert(rented.AsSpan(0, bytes), ColorOrder.Rgba, AlphaKind.Straight, SKEncodedOrigin.TopLeft, destination,
                options.Background);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static unsafe void Decode(SKCodec codec, ReadOnlySpan<byte> encoded, PixelImage destination, DecodeOptions options)
    {
        var info = codec.Info;
        // Other formats that the decoder knows (icons, WBMP, raw photos) have no business in a data set; WBMP has no signature to speak of.
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
            throw new ImageDecodingException($"Images of the format {codec.EncodedFormat} are not read; {ImageFormats.Names} are.");
        CheckSize(info.Width, info.Height, options);

        var origin = options.ApplyOrientation ? ImageOrientation.Of(codec, encoded) : SKEncodedOrigin.TopLeft;
        var size = DecodedSize(codec, origin, options);
        var sidesSwapped = ImageOrientation.SwapsSides(origin);
        destination.Reset(sidesSwapped ? size.Height : size.Width, sidesSwapped ? size.Width : size.Height, options.Channels);

        // A gray file is decoded as gray; Skia converts it to no other single channel.
        var gray = options.Channels == 1 && info.ColorType == SKColorType.Gray8;
        var opaque = info.AlphaType == SKAlphaType.Opaque;
        var decoded = new SKImageInfo(size.Width, size.Height, gray ? SKColorType.Gray8 : SKColorType.Rgba8888,
            opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        // What is asked for may be what the decoder writes.
        if (origin == SKEncodedOrigin.TopLeft && (gray || options.Channels == 4))
        {
            ClearIfPartial(destination.Pixels, options);
            fixed (byte* pixels = destination.Buffer)
                Check(codec.GetPixels(decoded, (nint)pixels, decoded.RowBytes, SKCodecOptions.Default), options);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(checked((int)decoded.BytesSize64));
        try
        {
            ClearIfPartial(rented, options);
            fixed (byte* pixels = rented)
                Check(codec.GetPixels(decoded, (nint)pixels, decoded.RowBytes, SKCodecOptions.Default), options);
            PixelConverter.Convert(rented.AsSpan(0, decoded.BytesSize), gray ? ColorOrder.Gray : ColorOrder.Rgba,
                opaque ? AlphaKind.Opaque : AlphaKind.Straight, origin, destination, options.Background);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Nothing of an earlier image may show in the missing part of this one.</summary>
    private static void ClearIfPartial(Span<byte> pixels, DecodeOptions options)
    {
        if (options.AllowIncomplete)
            pixels.Clear();
    }

    private static SKSizeI DecodedSize(SKCodec codec, SKEncodedOrigin origin, DecodeOptions options)
    {
        var full = codec.Info.Size;
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
            return full;
        var sidesSwapped = ImageOrientation.SwapsSides(origin);
        var (width, height) = options.MinimumSize?.Invoke(sidesSwapped ? full.Height : full.Width, sidesSwapped ? full.Width : full.Height)
            ?? (options.MinimumWidth, options.MinimumHeight);
        if (width <= 0 && height <= 0)
            return full;
        if (sidesSwapped)
            (width, height) = (height, width);
        foreach (var scale in (ReadOnlySpan<float>)[1 / 8f, 1 / 4f, 1 / 2f])
        {
            var size = codec.GetScaledDimensions(scale);
            // A JPEG that cannot be scaled answers with another size than was asked for.
            if (size.Width >= width && size.Height >= height
                && size.Width <= Math.Ceiling(full.Width * scale) && size.Height <= Math.Ceiling(full.Height * scale))
                return size;
        }
        return full;
    }

    private static void CheckSize(int width, int height, DecodeOptions options)
    {
        if (width < 1 || height < 1)
            throw new ImageDecodingException($"The image says that it has {width} × {height} pixels.");
        var pixels = (long)width * height;
        if (pixels > options.MaximumPixels || pixels * 4 > Array.MaxLength)
        {
            throw new ImageDecodingException(
                $"The image has {width} × {height} pixels, more than the limit of {Math.Min(options.MaximumPixels, Array.MaxLength / 4)}.");
        }
    }

    /// <summary>Before memory is taken for pixels that the file cannot hold.</summary>
    private static void CheckPlausible(SKCodec codec, ReadOnlySpan<byte> encoded, DecodeOptions options)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (codec.EncodedFormat == SKEncodedImageFormat.Gif && !PlausibleSize.FitsGif((long)width * height, encoded.Length))
        {
            throw new ImageDecodingException(
                $"The image is damaged: it says that it has {width} × {height} pixels, far more than {encoded.Length} bytes can hold.");
        }
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && !options.AllowIncomplete
            && PlausibleSize.OfJpeg(encoded) is var least && least > encoded.Length)
        {
            throw new ImageDecodingException(
                $"The image is incomplete or damaged: {width} × {height} pixels take at least {least} bytes as it encodes them, and it has {encoded.Length}.");
        }
    }

    private static void Check(SKCodecResult result, DecodeOptions options)
    {
        switch (result)
        {
            case SKCodecResult.Success:
            case SKCodecResult.IncompleteInput or SKCodecResult.ErrorInInput when options.AllowIncomplete:
                return;
            case SKCodecResult.IncompleteInput:
                throw new ImageDecodingException("The image is incomplete: the data ends before the image does.");
            case SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput:
                throw new ImageDecodingException("The image is damaged: its data has errors.");
            default:
                throw new ImageDecodingException($"The image could not be decoded ({result}); its kind of colors or compression may not be supported.");
        }
    }

    /// <summary>What to say of a file that Skia does not know.</summary>
    public static string WhyUnreadable(ReadOnlySpan<byte> encoded)
    {
        var format = ImageFormats.NameOfOwn(encoded);
        if (format is null)
        {
            return ImageFormats.NameOfOther(encoded) is { } unread
                ? $"The image is not read: {unread}; {ImageFormats.Names} are."
                : $"The data is not an image of a known format; {ImageFormats.Names} are read.";
        }
        return $"The image starts like a {format}, but its header is cut short, damaged or of a kind that is not supported.";
    }
}

namespace Ml.Cnn.Transforms.Geometry;

/// <summary>A part of an image, in pixels from its top left corner.</summary>
internal readonly record struct PixelRectangle(int X, int Y, int Width, int Height)
{
    public static PixelRectangle Whole(int width, int height) => new(0, 0, width, height);

    /// <summary>Whether all of it lies in an image of that size.</summary>
    public bool IsInside(int width, int height) =>
        X >= 0 && Y >= 0 && Width > 0 && Height > 0 && X <= width - Width && Y <= height - Height;
}

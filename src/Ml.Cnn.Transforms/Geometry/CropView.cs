namespace Ml.Cnn.Transforms.Geometry;

/// <summary>Where in an image a crop lies.</summary>
internal enum CropPlace
{
    Center,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

/// <summary>One part of an image.</summary>
/// <param name="Place">Where it lies, in the mirror image if it is mirrored.</param>
/// <param name="IsMirrored">Whether left and right change places.</param>
internal readonly record struct CropView(CropPlace Place, bool IsMirrored)
{
    private static readonly CropPlace[] s_places = [CropPlace.TopLeft, CropPlace.TopRight, CropPlace.BottomLeft, CropPlace.BottomRight, CropPlace.Center];

    /// <summary>The parts in torchvision's order.</summary>
    public static IEnumerable<CropView> Of(EvaluationCrops crops) => crops switch
    {
        EvaluationCrops.Five => s_places.Select(place => new CropView(place, false)),
        EvaluationCrops.Ten => s_places.Select(place => new CropView(place, false)).Concat(s_places.Select(place => new CropView(place, true))),
        _ => [default],
    };

    /// <summary>The columns: where they start in the image and in the crop, and how many there are.</summary>
    public (int From, int To, int Length) Columns(int width, int crop)
    {
        var (from, to, length) = Part(width, crop, Place is CropPlace.TopLeft or CropPlace.BottomLeft, Place is CropPlace.TopRight or CropPlace.BottomRight);
        return IsMirrored && width >= crop ? (width - crop - from, to, length) : (from, to, length);
    }

    /// <summary>The rows, likewise.</summary>
    public (int From, int To, int Length) Rows(int height, int crop) =>
        Part(height, crop, Place is CropPlace.TopLeft or CropPlace.TopRight, Place is CropPlace.BottomLeft or CropPlace.BottomRight);

    private static (int From, int To, int Length) Part(int size, int crop, bool atStart, bool atEnd)
    {
        if (size < crop)
            return (0, (crop - size) / 2, size);
        var middle = (int)Math.Round((size - crop) / 2.0, MidpointRounding.ToEven);
        return (atStart ? 0 : atEnd ? size - crop : middle, 0, crop);
    }
}

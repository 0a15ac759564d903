namespace Ml.Cnn.Transforms.Geometry;

/// <summary>One part of an image: the middle by default.</summary>
/// <param name="Column">Where it lies between the left edge, 0, and the right one, <paramref name="Steps"/>; in the mirror image if it is mirrored.</param>
/// <param name="Row">The same between the upper edge and the lower one.</param>
/// <param name="Steps">Into how many steps the way from edge to edge is divided; 0: the part is the middle.</param>
/// <param name="IsMirrored">Whether left and right change places.</param>
/// <param name="Shift">By how many pixels it is moved down and right at the end (less than 0: up and left), the border reflected.</param>
internal readonly record struct CropView(int Column, int Row, int Steps, bool IsMirrored, int Shift = 0)
{
    /// <summary>The parts: torchvision's order for five, row by row for a grid; those aside after them, those of the mirror image last.</summary>
    public static IEnumerable<CropView> Of(TestTimeAugmentation augmentation)
    {
        CropView[] views = augmentation.Crops switch
        {
            EvaluationCrops.Five => [new(0, 0, 2, false), new(2, 0, 2, false), new(0, 2, 2, false), new(2, 2, 2, false), default],
            EvaluationCrops.Grid => [.. Grid(augmentation.Grid)],
            _ => [default],
        };
        if (augmentation.Shift is > 0 and var shift)
            views = [.. views, .. views.Select(view => view with { Shift = -shift }), .. views.Select(view => view with { Shift = shift })];
        return augmentation.Mirror ? [.. views, .. views.Select(view => view with { IsMirrored = true })] : views;
    }

    /// <summary>The columns: where they start in the image and in the crop, and how many there are.</summary>
    public (int From, int To, int Length) Columns(int width, int crop)
    {
        var (from, to, length) = Part(width, crop, Column);
        return IsMirrored && width >= crop ? (width - crop - from, to, length) : (from, to, length);
    }

    /// <summary>The rows, likewise.</summary>
    public (int From, int To, int Length) Rows(int height, int crop) => Part(height, crop, Row);

    private static IEnumerable<CropView> Grid(int count) =>
        Enumerable.Range(0, count * count).Select(i => new CropView(i % count, i / count, count - 1, false));

    private (int From, int To, int Length) Part(int size, int crop, int step)
    {
        if (size < crop)
            return (0, (crop - size) / 2, size);
        var share = Steps == 0 ? 0.5 : step / (double)Steps;
        return ((int)Math.Round((size - crop) * share, MidpointRounding.ToEven), 0, crop);
    }
}

namespace Ml.Cnn.Evaluation.Pages;

/// <summary>Finds room for names beside points: not over another name, and if possible not over a point.</summary>
/// <param name="left">Where the chart begins.</param>
/// <param name="top">Its upper edge.</param>
/// <param name="right">Where it ends.</param>
/// <param name="bottom">Its lower edge.</param>
internal sealed class ChartLabelPlacement(double left, double top, double right, double bottom)
{
    private const double Gap = 9; // between a point's middle and its name

    private readonly List<Box> _labels = [];
    private readonly List<Box> _points = [];

    /// <summary>A point that names should leave free.</summary>
    public void AddPoint(double x, double y, double radius) => _points.Add(new(x - radius, y - radius, x + radius, y + radius));

    /// <summary>The upper left corner of a point's name; null where there is no room. The most important first.</summary>
    public (double Left, double Top)? Place(double x, double y, double width, double height)
    {
        Box[] places =
        [
            .. new (double Left, double Top)[]
            {
                (x - width / 2, y - height - Gap), (x + Gap, y - height / 2), (x - Gap - width, y - height / 2), (x - width / 2, y + Gap),
                (x + Gap, y - height - 3), (x + Gap, y + 3), (x - Gap - width, y - height - 3), (x - Gap - width, y + 3),
            }.Select(corner => new Box(corner.Left, corner.Top, corner.Left + width, corner.Top + height)),
        ];
        var free = places.Where(box => box.Left >= left && box.Top >= top && box.Right <= right && box.Bottom <= bottom
            && !_labels.Exists(box.Meets)).ToArray();
        if (free.Length == 0)
            return null;
        var best = free.MinBy(box => _points.Count(box.Meets)); // the first of equals
        _labels.Add(best);
        return (best.Left, best.Top);
    }

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Meets(Box other) => Left < other.Right && Right > other.Left && Top < other.Bottom && Bottom > other.Top;
    }
}

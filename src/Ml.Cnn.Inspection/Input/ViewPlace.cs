using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection.Input;

/// <summary>Where a view, a part of an image that the network looks at, lies in the image.</summary>
/// <param name="ResizedWidth">The image's width as it is resized for this view.</param>
/// <param name="ResizedHeight">The image's height as it is resized for this view.</param>
/// <param name="Left">The view's left edge in the resized image, in pixels; negative where the view is larger and filled up with black.</param>
/// <param name="Top">The view's upper edge, likewise.</param>
/// <param name="Width">The view's width: the network's input.</param>
/// <param name="Height">The view's height: the network's input.</param>
/// <param name="IsMirrored">Whether left and right change places in the view.</param>
internal readonly record struct ViewPlace(int ResizedWidth, int ResizedHeight, int Left, int Top, int Width, int Height, bool IsMirrored)
{
    /// <summary>Where the one part lies that a preprocessing cuts out.</summary>
    /// <param name="view">One of <see cref="ImagePreprocessing.Views"/>.</param>
    /// <param name="width">The image's, in pixels.</param>
    /// <param name="height">The image's, in pixels.</param>
    public static ViewPlace Of(ImagePreprocessing view, int width, int height)
    {
        var (resizedWidth, resizedHeight) = view.ResizedSize(width, height);
        var (fromX, toX, _) = view.View.Columns(resizedWidth, view.Width);
        var (fromY, toY, _) = view.View.Rows(resizedHeight, view.Height);
        return new(resizedWidth, resizedHeight, fromX - toX + view.View.Shift, fromY - toY + view.View.Shift, view.Width, view.Height, view.View.IsMirrored);
    }

    /// <summary>The view's column that shows a place, from 0 at its left edge to <see cref="Width"/>; outside of that, the view does not show it.</summary>
    /// <param name="share">The place's distance from the image's left edge, as a share of the image's width.</param>
    public double Column(double share)
    {
        var x = share * ResizedWidth - Left;
        return IsMirrored ? Width - x : x;
    }

    /// <summary>The place that a column of the view shows, as a share of the image's width: what <see cref="Column"/> leads back from.</summary>
    public double Across(double column) => ((IsMirrored ? Width - column : column) + Left) / ResizedWidth;

    /// <summary>The place that a row of the view shows, as a share of the image's height.</summary>
    public double Down(double row) => (row + Top) / ResizedHeight;

    /// <summary>The view's row that shows a place, likewise.</summary>
    /// <param name="share">The place's distance from the image's upper edge, as a share of the image's height.</param>
    public double Row(double share) => share * ResizedHeight - Top;
}

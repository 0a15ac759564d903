using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Keeps the native memory small of images that nobody disposes of: a full collection for every <see cref="Room"/> bytes of them.</summary>
/// <remarks>
/// ML.NET's rule is that a getter disposes of the image that it is handed, if the getter makes images; its loaders do. Images of an enumerable stay:
/// they may be the user's and come again in the next pass, or made for this pass and forgotten. For the latter there is the garbage collector,
/// which sees a few bytes of each. One object per cursor; they share the <see cref="Room"/>, so that it does not grow with the number of cores.
/// </remarks>
internal sealed class AbandonedImages
{
    private const long Room = 256L << 20;

    private static readonly Lock s_collecting = new();

    private static long s_bytes; // of all cursors since the last collection

    private bool? _isLeft; // whether the source leaves images as they are: the first image tells

    /// <summary>Notes that an image took the place of another.</summary>
    /// <param name="before">What the getter was handed; null at the first row.</param>
    /// <param name="image">What the getter gave.</param>
    public void Note(MLImage? before, MLImage image)
    {
        if (before is null || ReferenceEquals(before, image))
            return;
        _isLeft ??= !IsDisposed(before);
        if (_isLeft is false)
            return;
        if (Interlocked.Add(ref s_bytes, 4L * image.Width * image.Height) < Room)
            return;
        lock (s_collecting) // other cursors wait: else a second roomful would come up meanwhile
        {
            if (Interlocked.Read(ref s_bytes) < Room)
                return; // another cursor has collected
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Interlocked.Exchange(ref s_bytes, 0);
        }
    }

    // MLImage has no property for it.
    private static bool IsDisposed(MLImage image)
    {
        try
        {
            return image.Width < 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}

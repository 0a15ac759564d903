using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images as one network takes them, in memory that is kept from one pass to the next. For one thread at a time, unless said otherwise.</summary>
internal abstract class NetworkInput : IDisposable
{
    /// <summary>Makes room for so many images; what was there is lost.</summary>
    public abstract void Reserve(int images);

    /// <summary>Drops the images from a place on.</summary>
    public abstract void Keep(int images);

    /// <summary>Decodes an image. Several threads may, at different places.</summary>
    /// <returns>False, with the row's <see cref="ImageRow.Defect"/> set, if the image cannot be used; its place then holds zeros.</returns>
    public abstract bool TryDecode(int place, ImageRow row, ImageRowDecoder decoder);

    /// <summary>Takes an image of another such input.</summary>
    public abstract void CopyFrom(NetworkInput other, int otherPlace, int place);

    /// <inheritdoc/>
    public abstract void Dispose();
}

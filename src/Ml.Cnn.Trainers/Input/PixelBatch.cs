namespace Ml.Cnn.Trainers.Input;

/// <summary>Memory for the pixels of images, float32, one behind the other. One thread fills and reads a part of it at a time.</summary>
internal abstract class PixelBatch : IDisposable
{
    /// <summary>How many images the batch holds.</summary>
    public int Count { get; set; }

    /// <summary>The room of one image: C × H × W values, or H × W × C.</summary>
    public Span<float> Image(int index) => Images(index, 1);

    /// <summary>The room of several images, one behind the other.</summary>
    public abstract Span<float> Images(int first, int count);

    /// <summary>Some of the images, in the same memory.</summary>
    public abstract PixelBatch Part(int first, int count);

    /// <inheritdoc/>
    public abstract void Dispose();
}

using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Decodes the images of a column for every network of an <see cref="ImageMapper"/>. Thread safe.</summary>
/// <param name="decoders">One for each network.</param>
internal sealed class InputDecoder(ImageRowDecoder[] decoders)
{
    /// <summary>A network's decoder.</summary>
    public ImageRowDecoder this[int network] => decoders[network];

    /// <summary>Whether an image takes less time than handing it to another thread.</summary>
    public bool IsCheap => decoders.All(decoder => decoder.IsCheap);
}

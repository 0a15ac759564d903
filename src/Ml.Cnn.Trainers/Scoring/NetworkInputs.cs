using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images that were decoded, as every network of an <see cref="ImageMapper"/> takes them. For one thread at a time.</summary>
/// <param name="inputs">One for each network.</param>
internal sealed class NetworkInputs(NetworkInput[] inputs) : IDisposable
{
    private float[] _values = [];

    /// <summary>Room for an image on its way here.</summary>
    public ImageRow Row { get; } = new();

    /// <summary>How many images there are.</summary>
    public int Count { get; private set; }

    /// <summary>A network's images.</summary>
    public NetworkInput this[int network] => inputs[network];

    /// <summary>Makes room for so many images; what was there is lost.</summary>
    public void Reserve(int images)
    {
        foreach (var input in inputs)
            input.Reserve(images);
        Count = images;
    }

    /// <summary>Drops the images from a place on.</summary>
    public void Keep(int images)
    {
        foreach (var input in inputs)
            input.Keep(images);
        Count = images;
    }

    /// <summary>Decodes rows, on all cores where that is worth it.</summary>
    /// <param name="rows">The images; those that cannot be used get a <see cref="ImageRow.Defect"/>, and zeros.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="first">The place of the first.</param>
    public void Decode(ReadOnlyMemory<ImageRow> rows, InputDecoder decoder, int first)
    {
        if (rows.Length == 1 || decoder.IsCheap)
            for (var i = 0; i < rows.Length; i++)
                Decode(i);
        else
            Parallel.For(0, rows.Length, Decode);

        void Decode(int i) => this.Decode(rows.Span[i], decoder, first + i);
    }

    /// <summary>Decodes a row.</summary>
    /// <param name="row">The image; if it cannot be used, it gets a <see cref="ImageRow.Defect"/>, and zeros.</param>
    /// <param name="decoder">Decodes it.</param>
    /// <param name="place">Its place.</param>
    public void Decode(ImageRow row, InputDecoder decoder, int place)
    {
        for (var network = 0; network < inputs.Length; network++)
            inputs[network].TryDecode(place, row, decoder[network]);
    }

    /// <summary>Takes the image of other such inputs.</summary>
    public void CopyFrom(NetworkInputs other, int otherPlace, int place)
    {
        for (var network = 0; network < inputs.Length; network++)
            inputs[network].CopyFrom(other[network], otherPlace, place);
    }

    /// <summary>Room for so many numbers: a network's output, where there are several networks.</summary>
    public Span<float> Values(int count)
    {
        if (_values.Length < count)
            _values = new float[count];
        return _values.AsSpan(0, count);
    }

    public void Dispose()
    {
        foreach (var input in inputs)
            input.Dispose();
    }
}

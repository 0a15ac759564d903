using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Whole images, each of its own proportions, in as many sizes as are wanted.</summary>
/// <param name="sizes">Sizes of an image.</param>
internal sealed class DenseInput(int sizes) : NetworkInput
{
    private readonly List<WholeImage[]> _images = [];

    public override void Reserve(int images)
    {
        while (_images.Count < images)
            _images.Add([.. Enumerable.Range(0, sizes).Select(_ => new WholeImage())]);
    }

    public override void Keep(int images) { }

    /// <summary>An image in all its sizes.</summary>
    public IReadOnlyList<WholeImage> this[int place] => _images[place];

    public override bool TryDecode(int place, ImageRow row, ImageRowDecoder decoder)
    {
        if (decoder.TryDecodeSizes(row, _images[place]))
            return true;
        foreach (var image in _images[place])
            image.Clear();
        return false;
    }

    public override void CopyFrom(NetworkInput other, int otherPlace, int place)
    {
        for (var size = 0; size < sizes; size++)
            _images[place][size].CopyFrom(((DenseInput)other)[otherPlace][size]);
    }

    public override void Dispose() { }
}

using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Exemplars;

/// <summary>The images with the largest scores of a pass over data; of equal ones, those that come first.</summary>
/// <typeparam name="T">What was found out about an image beside its score.</typeparam>
/// <param name="count">How many at most.</param>
internal sealed class BestImages<T>(int count)
{
    private readonly List<BestImage<T>> _best = [];

    /// <summary>Whether an image with that score is among the best so far, so that its pixels are worth reading.</summary>
    public bool Takes(float score) => _best.Count < count || score > _best.Min(image => image.Score);

    /// <summary>Keeps an image that is taken, and drops the least where there are too many.</summary>
    public void Add(BestImage<T> image)
    {
        if (_best.Count == count)
            _best.Remove(_best.MinBy(worse => (worse.Score, -worse.Row))!);
        _best.Add(image);
    }

    /// <summary>The largest score first.</summary>
    public IEnumerable<BestImage<T>> InOrder() => _best.OrderByDescending(image => image.Score).ThenBy(image => image.Row);
}

/// <summary>An image of a pass over data.</summary>
/// <param name="Row">Its row in the data, from 0.</param>
/// <param name="Score">How well it does.</param>
/// <param name="Pixels">The image, RGBA.</param>
/// <param name="Found">What else was found out about it.</param>
internal sealed record BestImage<T>(long Row, float Score, PixelImage Pixels, T Found);

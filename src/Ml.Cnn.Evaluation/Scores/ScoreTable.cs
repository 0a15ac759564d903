namespace Ml.Cnn.Evaluation.Scores;

/// <summary>
/// Every score of every image, for what ranks images by a class's scores: 4 bytes for each. The table grows in parts, so that it is never copied, and never
/// has more than one part of room to spare.
/// </summary>
/// <param name="classes">How many scores an image has.</param>
internal sealed class ScoreTable(int classes)
{
    private const int ImagesInPart = 512;

    private readonly List<float[]> _parts = [];

    public int Images { get; private set; }

    /// <summary>Adds an image.</summary>
    public void Add(ReadOnlySpan<float> scores)
    {
        var place = Images % ImagesInPart;
        if (place == 0)
            _parts.Add(new float[ImagesInPart * classes]);
        scores.CopyTo(_parts[^1].AsSpan(place * classes, classes));
        Images++;
    }

    /// <summary>The scores of a class, image by image.</summary>
    /// <param name="label">The class.</param>
    /// <param name="destination">Has a place for each image.</param>
    public void CopyClass(int label, Span<float> destination)
    {
        for (var image = 0; image < Images; image++)
            destination[image] = _parts[image / ImagesInPart][image % ImagesInPart * classes + label];
    }
}

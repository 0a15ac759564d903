using Ml.Cnn.Inspection.Pictures;

namespace Ml.Cnn.Inspection;

/// <summary>The images of a data set that excite a channel of a layer most.</summary>
public sealed class CnnMaximalImages
{
    private const int Columns = 6;
    private const int Cell = 160;

    internal CnnMaximalImages(string layer, int channel, long scored, IReadOnlyList<CnnMaximalImage> images) =>
        (Layer, Channel, Scored, Images) = (layer, channel, scored, images);

    /// <summary>The layer's name, as in <see cref="Trainers.Inspection.CnnSummary"/>.</summary>
    public string Layer { get; }

    /// <summary>The channel, from 0.</summary>
    public int Channel { get; }

    /// <summary>How many images were looked at; those that cannot be read are left out.</summary>
    public long Scored { get; }

    /// <summary>The images, the largest response first.</summary>
    public IReadOnlyList<CnnMaximalImage> Images { get; }

    /// <summary>
    /// The images side by side as a PNG file, the largest response first, the part that excites the channel in a frame and what lies outside pale and gray.
    /// </summary>
    public byte[] ToPng() => TileSheet.Draw(
        [new($"{this}", [.. Images.Select(image => Spotlight.On(image.Pixels, image.Part, Cell))], Cell, Columns)]);

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "maximal.png". Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path) => PictureFile.Save(path, ToPng());

    /// <summary>"layer3.1.relu_1, channel 7: the first 12 of 1000 images, responses 8.21 to 5.4".</summary>
    public override string ToString() => FormattableString.Invariant($"{Layer}, channel {Channel}: the first {Images.Count} of {Scored} images")
        + FormattableString.Invariant($", responses {Images[0].Response:0.##} to {Images[^1].Response:0.##}");
}

using Ml.Cnn.Inspection.Pictures;

namespace Ml.Cnn.Inspection;

/// <summary>What several layers make of an image, one after the other.</summary>
public sealed class CnnFeatureSheet
{
    internal CnnFeatureSheet(IReadOnlyList<CnnFeatureMaps> layers) => Layers = layers;

    /// <summary>Each layer's maps, in the order in which the image passes them.</summary>
    public IReadOnlyList<CnnFeatureMaps> Layers { get; }

    /// <summary>
    /// The first maps of every layer as a PNG file: see <see cref="CnnFeatureMaps.ToPng"/>. Of a network so deep that the picture would be higher than 16,000
    /// pixels, fewer maps of each layer are shown, and each caption says how many.
    /// </summary>
    /// <param name="maps">The most that are shown of a layer, 1 or more. Default 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public byte[] ToPng(int maps = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maps, 1);
        for (var fewer = maps; ; fewer = fewer * 3 / 4)
        {
            TileSection[] sections = [.. Layers.Select(layer => layer.Section(fewer))];
            if (fewer <= 1 || sections.Sum(TileSheet.HeightOf) <= TileSheet.LongestSide)
                return TileSheet.Draw(sections);
        }
    }

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "features.png". Its folder must exist; an earlier file is replaced.</param>
    /// <param name="maps">See <see cref="ToPng"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path, int maps = 100) => PictureFile.Save(path, ToPng(maps));
}

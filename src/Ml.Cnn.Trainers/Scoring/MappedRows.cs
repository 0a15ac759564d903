using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images read ahead and what a network makes of them, image by image.</summary>
/// <param name="mapper">The network.</param>
/// <param name="decoder">Decodes the images.</param>
/// <param name="capacity">How many images there is room for.</param>
internal sealed class MappedRows(ImageMapper mapper, ImageRowDecoder decoder, int capacity)
{
    private readonly ImageRow[] _rows = [.. Enumerable.Range(0, capacity).Select(_ => new ImageRow())];
    private readonly float[] _values = new float[capacity * mapper.Length];

    public ImageRow this[int index] => _rows[index];

    /// <summary>Decodes some images, and runs the network on them.</summary>
    /// <param name="first">The first image.</param>
    /// <param name="count">How many.</param>
    /// <param name="memory">Memory that nobody else uses meanwhile.</param>
    public void Map(int first, int count, ImageMemory memory) =>
        mapper.Map(_rows.AsMemory(first, count), decoder, memory, _values.AsMemory(first * mapper.Length, count * mapper.Length));

    /// <param name="column">The position among the mapper's columns.</param>
    /// <param name="current">Brings the rows up to date and gives the index of the current one.</param>
    public Delegate Getter(int column, Func<int> current) => mapper.Getter(column, this, current);

    /// <summary>What the network made of an image; means nothing where that <see cref="IsUsable">cannot be used</see>.</summary>
    public ReadOnlySpan<float> Values(int index) => _values.AsSpan(index * mapper.Length, mapper.Length);

    /// <summary>The values as a column holds them: not numbers where the image cannot be used.</summary>
    public void CopyTo(ref VBuffer<float> value, int index)
    {
        var editor = VBufferEditor.Create(ref value, mapper.Length);
        if (IsUsable(index))
            Values(index).CopyTo(editor.Values);
        else
            editor.Values.Fill(float.NaN);
        value = editor.Commit();
    }

    /// <exception cref="BadImageException">The image is bad, and bad images fail.</exception>
    public bool IsUsable(int index)
    {
        var row = _rows[index];
        if (row.Defect is null)
            return true;
        if (mapper.Model.OnBadImage == BadImageHandling.Fail)
            throw new BadImageException([new BadImage(row.Name, row.Defect)]);
        return false;
    }
}

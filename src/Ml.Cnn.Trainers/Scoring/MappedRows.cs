using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images read ahead and what a network makes of them, image by image.</summary>
internal sealed class MappedRows(ImageMapper mapper, ImageRowDecoder decoder, int capacity) : IDisposable
{
    private readonly ImageMemory _memory = new(mapper.Model.Shape);
    private readonly ImageRow[] _rows = [.. Enumerable.Range(0, capacity).Select(_ => new ImageRow())];
    private readonly float[] _values = new float[capacity * mapper.Length];

    public ImageRow this[int index] => _rows[index];

    public void Map(int count) => mapper.Map(_rows, count, decoder, _memory, _values);

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

    public void Dispose() => _memory.Dispose();
}

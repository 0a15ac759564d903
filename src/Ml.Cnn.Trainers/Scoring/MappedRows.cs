using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images read ahead and what networks make of them, image by image.</summary>
/// <remarks>
/// Images are decoded a few at a time, since they may be large as they come: rows that are so far apart that they are never read together have one room for
/// their images.
/// </remarks>
/// <param name="mapper">Computes.</param>
/// <param name="decoder">Decodes the images.</param>
/// <param name="capacity">How many images there is room for.</param>
internal sealed class MappedRows(ImageMapper mapper, InputDecoder decoder, int capacity)
{
    private readonly ImageRow[] _rows = Rows(capacity);
    private readonly float[] _values = new float[capacity * mapper.Length];

    public ImageRow this[int index] => _rows[index];

    /// <summary>Images that may be read before the first of them is decoded.</summary>
    public static int DecodedAtOnce { get; } = 2 * Environment.ProcessorCount;

    /// <summary>Decodes some images.</summary>
    /// <param name="first">The first image, at most <see cref="DecodedAtOnce"/> before the last.</param>
    /// <param name="count">How many.</param>
    /// <param name="inputs">Takes them.</param>
    /// <param name="place">The first image's place there.</param>
    public void Decode(int first, int count, NetworkInputs inputs, int place) => inputs.Decode(_rows.AsMemory(first, count), decoder, place);

    /// <summary>Begins to run the networks on images that are decoded, and stay as they are until <see cref="Compute"/>.</summary>
    public void Launch(NetworkInputs inputs) => mapper.Launch(inputs);

    /// <summary>Runs the networks on images that are decoded.</summary>
    /// <param name="first">The first image.</param>
    /// <param name="inputs">Has them, from the first on.</param>
    public void Compute(int first, NetworkInputs inputs) =>
        mapper.Compute(_rows.AsSpan(first, inputs.Count), inputs, _values.AsSpan(first * mapper.Length, inputs.Count * mapper.Length));

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
        if (mapper.OnBadImage == BadImageHandling.Fail)
            throw new BadImageException([new BadImage(row.Name, row.Defect)]);
        return false;
    }

    private static ImageRow[] Rows(int count)
    {
        ImageContent[] contents = [.. Enumerable.Range(0, Math.Min(count, DecodedAtOnce)).Select(_ => new ImageContent())];
        return [.. Enumerable.Range(0, count).Select(i => new ImageRow(contents[i % contents.Length]))];
    }
}

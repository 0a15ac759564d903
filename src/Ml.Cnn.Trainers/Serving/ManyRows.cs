using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>Room for a batch of image files of one caller.</summary>
internal sealed class ManyRows : IDisposable
{
    private readonly NetworkInputs _inputs;
    private readonly MappedRows _rows;

    public ManyRows(PredictionModel model)
    {
        Capacity = model.Mapper.BatchSize;
        _inputs = model.Mapper.NewInputs();
        _rows = new(model.Mapper, model.Files, Capacity);
    }

    /// <summary>Images that there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Takes the first images' bytes, and decodes them. One that cannot be had, or decoded, has a defect.</summary>
    public void Decode(int count, Func<int, ReadOnlyMemory<byte>> image)
    {
        _inputs.Reserve(count);
        for (var first = 0; first < count; first += MappedRows.DecodedAtOnce)
        {
            var read = Math.Min(MappedRows.DecodedAtOnce, count - first);
            for (var i = first; i < first + read; i++)
                Read(i, image);
            _rows.Decode(first, read, _inputs, first);
        }
    }

    /// <summary>Runs the networks on the images that are decoded.</summary>
    public void Compute() => _rows.Compute(0, _inputs);

    /// <summary>What is wrong with an image; null if nothing.</summary>
    public string? Defect(int index) => _rows[index].Defect;

    public ReadOnlySpan<float> Scores(int index) => _rows.Values(index);

    public void Dispose() => _inputs.Dispose();

    private void Read(int index, Func<int, ReadOnlyMemory<byte>> image)
    {
        var row = _rows[index];
        row.Defect = null;
        try
        {
            var bytes = image(index).Span;
            bytes.CopyTo(row.Content.Room<byte>(bytes.Length));
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            row.Defect = e.GetBaseException().Message;
        }
    }
}

using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>Room for a batch of image files of one caller.</summary>
internal sealed class ManyRows : IDisposable
{
    private readonly PredictionModel _model;
    private readonly ImageMemory _memory;
    private readonly ImageRow[] _rows;
    private readonly float[] _scores;

    public ManyRows(PredictionModel model)
    {
        _model = model;
        Capacity = model.Mapper.RowsAtOnce(model.Files);
        _memory = new(model.Mapper.Model.Shape);
        _rows = [.. Enumerable.Range(0, Capacity).Select(_ => new ImageRow())];
        _scores = new float[Capacity * model.Mapper.Length];
    }

    /// <summary>Images that there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Takes the first images' bytes. One that cannot be had has a defect.</summary>
    public void Read(int count, Func<int, ReadOnlyMemory<byte>> image)
    {
        for (var i = 0; i < count; i++)
        {
            _rows[i].Defect = null;
            try
            {
                var bytes = image(i).Span;
                bytes.CopyTo(_rows[i].Content.Room<byte>(bytes.Length));
            }
            catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
            {
                _rows[i].Content.Room<byte>(0);
                _rows[i].Defect = e.GetBaseException().Message;
            }
        }
    }

    /// <summary>Decodes the first images, and runs the network on them.</summary>
    public void Compute(int count)
    {
        string?[] unread = [.. _rows.Take(count).Select(row => row.Defect)];
        var batch = _memory.Batch(count * _model.Views);
        ImageMapper.Decode(_rows.AsMemory(0, count), _model.Files, batch, first: 0);
        _model.Mapper.Compute(_rows.AsSpan(0, count), batch, _model.Views, _memory, _scores.AsSpan(0, count * _model.Mapper.Length));
        for (var i = 0; i < count; i++)
            _rows[i].Defect = unread[i] ?? _rows[i].Defect;
    }

    /// <summary>What is wrong with an image; null if nothing.</summary>
    public string? Defect(int index) => _rows[index].Defect;

    public ReadOnlySpan<float> Scores(int index) => _scores.AsSpan(index * _model.Mapper.Length, _model.Mapper.Length);

    public void Dispose() => _memory.Dispose();
}

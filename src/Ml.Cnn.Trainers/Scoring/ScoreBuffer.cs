using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Pictures read ahead and their scores, and the getters that hand out those of one of them.</summary>
internal sealed class ScoreBuffer(ImageScorer scorer, ImageRowDecoder decoder, int capacity)
{
    private readonly ImageRow[] _rows = [.. Enumerable.Range(0, capacity).Select(_ => new ImageRow())];
    private readonly float[] _scores = new float[capacity * scorer.Model.Shape.Classes];

    private int Classes => scorer.Model.Shape.Classes;

    public ImageRow this[int index] => _rows[index];

    public void Score(int count) => scorer.Score(_rows, count, decoder, _scores);

    /// <param name="column">0 for the predicted label, 1 for the scores.</param>
    /// <param name="current">Brings the buffer up to date and gives the index of the current row.</param>
    public Delegate Getter(int column, Func<int> current)
    {
        ValueGetter<uint> label = (ref uint value) => value = PredictedLabel(current());
        ValueGetter<VBuffer<float>> scores = (ref VBuffer<float> value) => Scores(current(), ref value);
        return column == 0 ? label : scores;
    }

    private uint PredictedLabel(int index)
    {
        if (!IsUsable(index))
            return 0; // a missing key
        var scores = _scores.AsSpan(index * Classes, Classes);
        return (uint)System.Numerics.Tensors.TensorPrimitives.IndexOfMax(scores) + 1;
    }

    private void Scores(int index, ref VBuffer<float> value)
    {
        var editor = VBufferEditor.Create(ref value, Classes);
        if (IsUsable(index))
            _scores.AsSpan(index * Classes, Classes).CopyTo(editor.Values);
        else
            editor.Values.Fill(float.NaN);
        value = editor.Commit();
    }

    /// <exception cref="BadImageException">The picture is bad, and bad pictures fail.</exception>
    private bool IsUsable(int index)
    {
        var row = _rows[index];
        if (row.Defect is null)
            return true;
        if (scorer.Model.OnBadImage == BadImageHandling.Fail)
            throw new BadImageException([new BadImage(row.Name, row.Defect)]);
        return false;
    }
}

using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Images of a data view as a network takes them, and their classes.</summary>
/// <param name="model">The network.</param>
/// <param name="data">Has its column of images, and maybe one of labels.</param>
/// <param name="labelColumnName">The column of the classes: keys with values, or text. Rows have no class where there is no such column.</param>
internal sealed class LabeledPixels(CnnTransformer model, IDataView data, string labelColumnName)
{
    /// <summary>The class of every row, from 0; null where it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column of images is missing or of another type, or that of labels is.</exception>
    /// <exception cref="InvalidOperationException">A label is no class of the model.</exception>
    public IReadOnlyList<int?> Labels()
    {
        _ = model.Scorer.Format(data.Schema); // before anything is computed
        var label = data.Schema.GetColumnOrNull(labelColumnName);
        using var cursor = data.GetRowCursor(label is { } column ? [column] : []);
        var read = label is { } labels ? LabeledScores.LabelGetter(cursor, labels, model.ClassNames) : () => null;
        var all = new List<int?>();
        while (cursor.MoveNext())
            all.Add(read());
        return all;
    }

    /// <summary>Some of the rows, batch by batch; those that cannot be decoded are left out where the model says so.</summary>
    /// <param name="rows">The positions of the rows.</param>
    /// <param name="labels">What <see cref="Labels"/> gave.</param>
    /// <param name="batchSize">How many images at once. May change from one batch to the next.</param>
    /// <exception cref="BadImageException">An image cannot be decoded, and the model says that this fails.</exception>
    public IEnumerable<PixelBatch> Read(IReadOnlySet<int> rows, IReadOnlyList<int?> labels, Func<int> batchSize)
    {
        var schema = data.Schema;
        var mapper = model.Scorer;
        var format = mapper.Format(schema);
        var columns = new ImageColumns(schema[mapper.FeatureColumnName], format, Label: null, ImageColumns.FindPath(schema));
        var decoder = ImageRowDecoder.ForScoring(format, model.Preprocessing with { TestTime = TestTimeAugmentation.None }, model.Scorer.Model.Augmentation,
            channelsLast: false);
        using var cursor = data.GetRowCursorSet(columns.Active, 1)[0]; // of a set: a file that is missing is one bad image, not the end
        var reader = new ImageRowReader(cursor, columns);
        var batch = new List<(ImageRow Row, int? Label)>();
        for (var position = 0; cursor.MoveNext(); position++)
        {
            if (!rows.Contains(position))
                continue;
            var row = new ImageRow();
            reader.Read(row);
            batch.Add((row, labels[position]));
            if (batch.Count < batchSize())
                continue;
            yield return Decode(decoder, batch);
            batch.Clear();
        }
        if (batch.Count > 0)
            yield return Decode(decoder, batch);
    }

    private PixelBatch Decode(ImageRowDecoder decoder, List<(ImageRow Row, int? Label)> rows)
    {
        var pixels = new float[rows.Count * decoder.Length];
        Parallel.For(0, rows.Count, i => decoder.TryDecode(rows[i].Row, epoch: 0, pixels.AsSpan(i * decoder.Length, decoder.Length)));
        var labels = new List<int?>();
        foreach (var (i, (row, label)) in rows.Index())
        {
            if (row.Defect is not null && model.OnBadImage == BadImageHandling.Fail)
                throw new BadImageException([new(row.Name, row.Defect)]);
            if (row.Defect is not null)
                continue;
            pixels.AsSpan(i * decoder.Length, decoder.Length).CopyTo(pixels.AsSpan(labels.Count * decoder.Length)); // no gap
            labels.Add(label);
        }
        return new(pixels, labels);
    }
}

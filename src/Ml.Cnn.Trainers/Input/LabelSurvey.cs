using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Input;

/// <summary>How many rows of each class a data view holds: one pass that reads nothing but the labels.</summary>
/// <param name="Counts">Rows per class, by key − 1.</param>
/// <param name="Missing">Rows without a label, which training leaves out.</param>
internal sealed record LabelSurvey(long[] Counts, long Missing)
{
    public long Labelled => Counts.Sum();

    public static LabelSurvey Take(IDataView data, DataViewSchema.Column label, CancellationToken cancellation)
    {
        var counts = new long[((KeyDataViewType)label.Type).Count];
        long missing = 0;
        using var cursor = data.GetRowCursor([label]);
        var getter = cursor.GetGetter<uint>(label);
        uint key = 0;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref key);
            if (key >= 1 && key <= (uint)counts.Length)
                counts[key - 1]++;
            else
                missing++;
        }
        return new(counts, missing);
    }
}

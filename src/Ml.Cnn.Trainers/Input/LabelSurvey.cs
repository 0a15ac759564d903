using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Input;

/// <summary>How many rows of each class a data view holds: one pass that reads nothing but the labels and the rows' weights.</summary>
/// <param name="Counts">Rows per class, by key − 1.</param>
/// <param name="Missing">Rows without a label, which training leaves out.</param>
internal sealed record LabelSurvey(long[] Counts, long Missing)
{
    public long Labeled => Counts.Sum();

    /// <exception cref="InvalidOperationException">A row's weight is negative or no number, or no row weighs anything.</exception>
    public static LabelSurvey Take(IDataView data, DataViewSchema.Column label, DataViewSchema.Column? weight, CancellationToken cancellation)
    {
        var counts = new long[((KeyDataViewType)label.Type).Count];
        long missing = 0;
        using var cursor = data.GetRowCursor(weight is { } column ? [label, column] : [label]);
        var getter = cursor.GetGetter<uint>(label);
        var weightGetter = weight is { } weights ? cursor.GetGetter<float>(weights) : null;
        uint key = 0;
        float each = 1;
        double all = 0;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref key);
            if (key < 1 || key > (uint)counts.Length)
            {
                missing++;
                continue;
            }
            counts[key - 1]++;
            weightGetter?.Invoke(ref each);
            if (!(each >= 0 && float.IsFinite(each)))
                throw new InvalidOperationException(FormattableString.Invariant($"The example weight of row {cursor.Position} is {each}; column '{weight!.Value.Name}' must hold numbers of 0 or more."));
            all += each;
        }
        if (all == 0 && counts.Any(count => count > 0))
            throw new InvalidOperationException($"Every example weight in column '{weight!.Value.Name}' is 0: nothing can be learned.");
        return new(counts, missing);
    }
}

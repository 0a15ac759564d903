using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Input;

/// <summary>How many rows of each class a data view holds: one pass that reads nothing but the labels and the rows' weights.</summary>
/// <param name="Counts">Rows per class, by key − 1.</param>
/// <param name="Missing">Rows without a label, which training leaves out.</param>
/// <param name="Fingerprint">How many rows there are, and which, whatever their order: tells one data set from another.</param>
internal sealed record LabelSurvey(long[] Counts, long Missing, string Fingerprint)
{
    public long Labeled => Counts.Sum();

    /// <exception cref="InvalidOperationException">A row's weight is negative or NaN, or no row weighs anything.</exception>
    public static LabelSurvey Take(IDataView data, DataViewSchema.Column label, DataViewSchema.Column? weight, CancellationToken cancellation)
    {
        var counts = new long[((KeyDataViewType)label.Type).Count];
        long missing = 0;
        using var cursor = data.GetRowCursor(weight is { } column ? [label, column] : [label]);
        var (getter, getId) = (cursor.GetGetter<uint>(label), cursor.GetIdGetter());
        var weightGetter = weight is { } weights ? cursor.GetGetter<float>(weights) : null;
        uint key = 0;
        DataViewRowId id = default;
        var (rows, hash) = (0L, 0UL);
        float each = 1;
        double all = 0;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getter(ref key);
            getId(ref id);
            rows++;
            hash += Mixed(id.Low ^ Mixed(id.High ^ Mixed(key)));
            if (key < 1 || key > (uint)counts.Length)
            {
                missing++;
                continue;
            }
            counts[key - 1]++;
            weightGetter?.Invoke(ref each);
            if (!(each >= 0 && float.IsFinite(each)))
            {
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"The example weight of row {cursor.Position} is {each}; column '{weight!.Value.Name}' must hold numbers of 0 or more."));
            }
            all += each;
        }
        if (all == 0 && counts.Any(count => count > 0))
            throw new InvalidOperationException($"Every example weight in column '{weight!.Value.Name}' is 0: nothing can be learned.");
        return new(counts, missing, Text(rows, hash));
    }

    /// <summary>Counts rows whose labels nobody reads: all are <see cref="Missing"/>.</summary>
    public static LabelSurvey OfUnlabeled(IDataView data, CancellationToken cancellation)
    {
        using var cursor = data.GetRowCursor([]);
        var getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        var (rows, hash) = (0L, 0UL);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            getId(ref id);
            rows++;
            hash += Mixed(id.Low ^ Mixed(id.High ^ Mixed(0)));
        }
        return new([], rows, Text(rows, hash));
    }

    private static string Text(long rows, ulong hash) => string.Create(CultureInfo.InvariantCulture, $"{rows} rows ({hash:x16})");

    // Like SplitMix64.Mix, but for its first step. Checkpoints hold these hashes.
    private static ulong Mixed(ulong z)
    {
        z = (z + SplitMix64.Step) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

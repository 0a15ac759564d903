using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Sources.Digits;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Deals the rows of every class out to two sets, in the same proportion.</summary>
internal static class StratifiedSplit
{
    /// <summary>A part of the data that is tested with what was learned from the others.</summary>
    /// <param name="Train">All other rows.</param>
    /// <param name="Test">The fold's rows.</param>
    /// <param name="TestRows">Their places in the data, in the order of <paramref name="Test"/>.</param>
    internal sealed record Fold(IDataView Train, IDataView Test, int[] TestRows);

    /// <summary>Both sets, as views of rows of <paramref name="data"/>. Reads the labels once.</summary>
    public static (IDataView Train, IDataView Test) Split(IDataView data, double testFraction, DataViewSchema.Column label, int seed)
    {
        var (classes, ids) = ReadRows(data, label);
        var inTest = ChooseTestRows(classes, testFraction, seed);
        return (RowSubset.Of(data, ids, Rows(inTest, false)), RowSubset.Of(data, ids, Rows(inTest, true)));
    }

    /// <summary>For each of so many folds its rows as the test set, and all others as the training set. Reads the labels once.</summary>
    /// <param name="data">Any data.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="label">The column of classes.</param>
    /// <param name="seed">Which rows.</param>
    /// <param name="samplingKey">A column whose equal values stay in one fold; null: rows are dealt out one by one.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it is of another type.</exception>
    /// <exception cref="InvalidOperationException">Two rows have the same id, or there are fewer values of the key than folds.</exception>
    public static IReadOnlyList<Fold> Folds(IDataView data, int folds, DataViewSchema.Column label, int seed, string? samplingKey = null)
    {
        var (classes, ids) = ReadRows(data, label);
        var dealt = samplingKey is null ? DealFolds(classes, folds, seed) : GroupedFolds.Deal(classes, ReadKeys(data, samplingKey), folds, seed);
        return [.. Enumerable.Range(0, folds).Select(fold =>
        {
            bool[] inTest = [.. dealt.Select(of => of == fold)];
            var test = Rows(inTest, true);
            return new Fold(RowSubset.Of(data, ids, Rows(inTest, false)), RowSubset.Of(data, ids, test), test);
        })];
    }

    private static int[] Rows(bool[] inTest, bool test) => [.. Enumerable.Range(0, inTest.Length).Where(row => inTest[row] == test)];

    /// <summary>Which fold each row is in: those of a class are dealt out one by one, and each class goes on where the one before ended.</summary>
    /// <param name="classes">Each row's class, in any order.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="seed">Which rows.</param>
    internal static int[] DealFolds(IReadOnlyList<string> classes, int folds, int seed)
    {
        var dealt = new int[classes.Count];
        var next = 0;
        foreach (var (place, group) in Groups(classes))
        {
            var rows = group.ToArray();
            var random = new RowRandom(seed, place);
            for (var i = 0; i < rows.Length; i++)
            {
                var chosen = i + random.Next(rows.Length - i);
                (rows[i], rows[chosen]) = (rows[chosen], rows[i]);
                dealt[rows[i]] = next++ % folds;
            }
        }
        return dealt;
    }

    /// <summary>Which rows go to the test set: of every class the nearest number to its fraction, but one to each side if there are two.</summary>
    /// <param name="classes">Each row's class, in any order.</param>
    /// <param name="testFraction">Between 0 and 1.</param>
    /// <param name="seed">Which rows.</param>
    internal static bool[] ChooseTestRows(IReadOnlyList<string> classes, double testFraction, int seed)
    {
        var inTest = new bool[classes.Count];
        foreach (var (place, group) in Groups(classes))
        {
            var rows = group.ToArray();
            if (rows.Length == 1)
                continue;
            var count = Math.Clamp((int)Math.Round(rows.Length * testFraction, MidpointRounding.AwayFromZero), 1, rows.Length - 1);
            var random = new RowRandom(seed, place);
            for (var i = 0; i < count; i++)
            {
                var chosen = i + random.Next(rows.Length - i);
                (rows[i], rows[chosen]) = (rows[chosen], rows[i]);
                inTest[rows[i]] = true;
            }
        }
        return inTest;
    }

    // The class's place in ordinal order, so that the draw of one class does not hang on where it first occurs.
    private static IEnumerable<(int Place, IGrouping<string, int> Rows)> Groups(IReadOnlyList<string> classes) =>
        Enumerable.Range(0, classes.Count).GroupBy(row => classes[row]).OrderBy(group => group.Key, StringComparer.Ordinal).Index();

    private static List<string> ReadKeys(IDataView data, string name)
    {
        const string Role = "sampling key";
        var column = data.Schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(Role, name);
        var keys = new List<string>();
        using var cursor = data.GetRowCursor([column]);
        var read = LabelReader.Create(cursor, column, Role);
        while (cursor.MoveNext())
            keys.Add(read());
        return keys;
    }

    /// <summary>Every row's label as text, and its id.</summary>
    /// <exception cref="InvalidOperationException">Two rows have the same id.</exception>
    internal static (List<string> Classes, List<DataViewRowId> Ids) ReadRows(IDataView data, DataViewSchema.Column label)
    {
        var (classes, ids) = (new List<string>(), new List<DataViewRowId>());
        using var cursor = data.GetRowCursor([label]);
        var readLabel = LabelReader.Create(cursor, label);
        var getId = cursor.GetIdGetter();
        var seen = new HashSet<DataViewRowId>();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            if (!seen.Add(id))
            {
                throw new InvalidOperationException(
                    "The data view gives two rows the same id, so that its rows cannot be split. Cache it first: mlContext.Data.Cache.");
            }
            classes.Add(readLabel());
            ids.Add(id);
        }
        return (classes, ids);
    }
}

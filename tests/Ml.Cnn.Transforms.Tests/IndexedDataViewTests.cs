using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Sources;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>What ML.NET, and the trainers, count on when they read our data views.</summary>
[TestClass]
public class IndexedDataViewTests
{
    private static readonly MLContext Context = new();

    [TestMethod]
    public void A_cursor_behaves_like_ML_NETs_own()
    {
        var data = Context.Data.GenerateDigits(3);
        var (image, label) = (data.Schema["Image"], data.Schema["Label"]);
        using var cursor = data.GetRowCursor([label]);
        var get = cursor.GetGetter<ReadOnlyMemory<char>>(label);
        var getId = cursor.GetIdGetter();
        ReadOnlyMemory<char> text = default;
        DataViewRowId id = default;

        Assert.AreEqual(-1, cursor.Position);
        Assert.ThrowsExactly<InvalidOperationException>(() => get(ref text));
        Assert.ThrowsExactly<InvalidOperationException>(() => getId(ref id));
        Assert.IsTrue(cursor.IsColumnActive(label));
        Assert.IsFalse(cursor.IsColumnActive(image));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => cursor.GetGetter<VBuffer<byte>>(image));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<float>(label));

        for (var row = 0; row < 3; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            Assert.AreEqual(row, cursor.Position);
            getId(ref id);
            Assert.AreEqual((ulong)row, id.Low);
            get(ref text);
            Assert.AreEqual(1, text.Length);
        }
        Assert.IsFalse(cursor.MoveNext());
        Assert.IsFalse(cursor.MoveNext());
        Assert.ThrowsExactly<InvalidOperationException>(() => get(ref text));
    }

    /// <summary>A shuffle within a window leaves a sorted folder's classes together.</summary>
    [TestMethod]
    public void Shuffling_is_a_full_permutation_that_repeats_with_its_seed()
    {
        var data = Context.Data.GenerateDigits(5000);
        Assert.IsTrue(data.CanShuffle);

        var first = Ids(1);
        var again = Ids(1);
        var other = Ids(2);

        CollectionAssert.AreEqual(first, again);
        CollectionAssert.AreNotEqual(first, other);
        CollectionAssert.AreEqual(Enumerable.Range(0, 5000).Select(row => (ulong)row).ToList(), first.Order().ToList());
        var meanMove = first.Select((id, place) => Math.Abs((double)id - place)).Average();
        Assert.IsGreaterThan(1400, meanMove, "Rows of a random permutation move by a third of the length on average.");

        List<ulong> Ids(int seed)
        {
            using var cursor = data.GetRowCursor([], new Random(seed));
            return [.. Rows.Ids(cursor).Select(row => row.Id)];
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(31, 4)]
    [DataRow(32, 4)]
    [DataRow(33, 4)]
    [DataRow(1000, 1)]
    [DataRow(1000, 3)]
    [DataRow(1000, 100)]
    public void Cursors_share_the_rows_and_batches_restore_their_order(int count, int wanted)
    {
        var data = Context.Data.GenerateDigits(count);
        foreach (var seed in (int?[])[null, 3])
        {
            using var whole = data.GetRowCursor([], seed is { } s ? new Random(s) : null);
            var cursors = data.GetRowCursorSet([], wanted, seed is { } same ? new Random(same) : null);
            var shares = cursors.Select(Rows.Ids).ToArray();

            Assert.IsInRange(1, wanted, cursors.Length);
            foreach (var share in shares)
                CollectionAssert.AreEqual(share.OrderBy(row => row.Batch).ToList(), share, "Batches never go back.");
            Assert.HasCount(shares.Sum(share => share.Select(row => row.Batch).Distinct().Count()),
                shares.SelectMany(share => share.Select(row => row.Batch)).Distinct().ToList(), "A batch belongs to one cursor.");
            CollectionAssert.AreEqual(Rows.Ids(whole).Select(row => row.Id).ToList(),
                shares.SelectMany(share => share).OrderBy(row => row.Batch).Select(row => row.Id).ToList());
        }
    }

    /// <summary>ML.NET's own parallel reader is the strictest user of batches.</summary>
    [TestMethod]
    public void ML_NET_reads_and_transforms_all_rows_in_order()
    {
        var data = Context.Data.GenerateDigits(500, size: 12);
        var mapped = Context.Transforms.Conversion.MapValueToKey("Key", "Label").Append(Context.Transforms.Conversion.ConvertType("Pixels", "Image"))
            .Fit(data).Transform(data);
        var cached = Context.Data.Cache(mapped);

        CollectionAssert.AreEqual(Rows.Texts(data, "Label"), Rows.Texts(cached, "Label"));
        Assert.HasCount(500, cached.GetColumn<float[]>("Pixels").ToList());
        Assert.HasCount(500, Context.Data.ShuffleRows(data, seed: 1).GetColumn<ReadOnlyMemory<char>>("Label").ToList());
        var folds = Context.Data.CrossValidationSplit(data, 5, seed: 1);
        Assert.AreEqual(500, folds.Sum(fold => Rows.Texts(fold.TestSet, "Label").Count));
    }

    [TestMethod]
    public void Columns_of_other_data_are_refused()
    {
        var data = Context.Data.GenerateDigits(3);
        var other = Context.Data.GenerateDigits(3, labelColumnName: "Digit");

        Assert.ThrowsExactly<ArgumentException>(() => data.GetRowCursor(other.Schema));
        Assert.ThrowsExactly<ArgumentException>(() => Context.Data.GenerateDigits(3, imageColumnName: "X", labelColumnName: "X"));
        Assert.AreEqual(32, IndexedDataView.BlockRows);
    }
}

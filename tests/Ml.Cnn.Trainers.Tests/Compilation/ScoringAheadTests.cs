using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>Rows are scored ahead of their reader, in order, and no more of them than there is room for.</summary>
[TestClass]
public sealed class ScoringAheadTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly CnnTransformer s_model = Train();
    private static readonly int s_batch = s_model.Scorer.BatchSize;

    /// <summary>Protects the order, and every row that passes through: each slot is used many times.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(0)]
    [DataRow(-1)]
    public void Rows_come_in_order_with_their_own_scores(int more)
    {
        var data = s_mlContext.Data.GenerateDigits(7 * s_batch + more);
        var scored = s_model.Transform(data);
        Assert.IsGreaterThan(3 * s_batch, Pipelines.Scores(scored).Length, "every round is used twice");
        var labels = data.GetColumn<string>("Label").ToArray();
        CollectionAssert.AreEqual(labels, scored.GetColumn<string>("Label").ToArray(), "a column that nobody scores");
        using var cursor = scored.GetRowCursor(scored.Schema);
        var (label, image, score) = (cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["Label"]), cursor.GetGetter<VBuffer<byte>>(scored.Schema["Image"]),
            cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]));
        var images = data.GetColumn<byte[]>("Image").ToArray();
        var alone = Pipelines.Scores(s_model.Transform(s_mlContext.Data.TakeRows(data, 20)));
        var rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            (ReadOnlyMemory<char> text, VBuffer<byte> pixels, VBuffer<float> scores) = (default, default, default);
            label(ref text);
            image(ref pixels);
            score(ref scores);
            Assert.AreEqual(rows, cursor.Position);
            Assert.AreEqual(labels[rows], text.ToString(), $"row {rows}");
            CollectionAssert.AreEqual(images[rows], pixels.DenseValues().ToArray(), $"row {rows}");
            if (rows < alone.Length)
                CollectionAssert.AreEqual(alone[rows], scores.DenseValues().ToArray(), $"row {rows}");
        }
        Assert.AreEqual(labels.Length, rows);
        Assert.IsFalse(cursor.MoveNext());
    }

    /// <summary>
    /// Protects GPUs, which compute a batch while the next is decoded: rows, order and errors are the same, whoever is ahead. On a CPU, a launched pass is
    /// over when the call returns.
    /// </summary>
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(0, true)]
    [DataRow(-1, false)]
    public void Two_batches_in_flight_change_nothing(int more, bool slowReader)
    {
        var data = s_mlContext.Data.GenerateDigits(6 * s_batch + more);
        using var plain = s_model.WithScoring(new() { Compile = false }); // through libtorch, which can begin a pass
        using var inFlight = s_model.WithScoring(new() { Compile = false });
        inFlight.Scorer.BatchesInFlight = 2;
        var expected = Pipelines.Scores(plain.Transform(data));
        var scored = inFlight.Transform(data);

        var scores = new List<float[]>();
        foreach (var row in scored.GetColumn<float[]>("Score"))
        {
            scores.Add(row);
            if (slowReader && scores.Count % s_batch == 0)
                Thread.Sleep(20);
        }

        Pipelines.AssertSame(expected, [.. scores]);
        var broken = s_mlContext.Data.LoadFromEnumerable(Failing(3 * s_batch + 2));
        using var cursor = inFlight.Transform(broken).GetRowCursor(inFlight.Transform(broken).Schema);
        var read = 0;
        Assert.ThrowsExactly<InvalidOperationException>(() =>
        {
            while (cursor.MoveNext())
                read++;
        });
        Assert.AreEqual(3 * s_batch, read, "the batches before the one that failed are given out");

        static IEnumerable<Row> Failing(int after)
        {
            for (var i = 0; i < after; i++)
                yield return new() { Image = new byte[28 * 28] };
            throw new InvalidOperationException("the source has failed");
        }
    }

    /// <summary>Protects memory and other people's sources: rows are read as they are wanted, a few batches ahead.</summary>
    [TestMethod]
    public void No_more_rows_are_read_than_there_is_room_for()
    {
        var read = 0;
        var scored = s_model.Transform(Endless());
        using (var cursor = scored.GetRowCursor([scored.Schema["Score"]]))
        {
            Assert.IsTrue(cursor.MoveNext());
            Assert.IsLessThanOrEqualTo(s_batch + 1, read, "one row is one batch");
            for (var i = 0; i < s_batch; i++)
                Assert.IsTrue(cursor.MoveNext());
            Assert.IsTrue(SpinWait.SpinUntil(() => Volatile.Read(ref read) >= 3 * s_batch - 1, TimeSpan.FromMinutes(1)), $"{read} rows: nothing is read ahead");
            Thread.Sleep(50);
            Assert.IsLessThanOrEqualTo(3 * s_batch + 1, read);
            cursor.Dispose(); // ML.NET disposes cursors more than once
        }
        var after = read;
        Thread.Sleep(50);
        Assert.AreEqual(after, read, "a disposed cursor reads on");

        IDataView Endless() => s_mlContext.Data.LoadFromEnumerable(Rows());

        IEnumerable<Row> Rows()
        {
            var pixels = new byte[28 * 28];
            for (read = 0; ; read++)
                yield return new() { Image = pixels };
        }
    }

    /// <summary>Protects whoever handles errors: an error comes where its row is, after the rows before it.</summary>
    [TestMethod]
    public void A_failing_source_fails_in_its_batch()
    {
        var scored = s_model.Transform(s_mlContext.Data.LoadFromEnumerable(Rows()));
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        for (var i = 0; i < 2 * s_batch; i++)
            Assert.IsTrue(cursor.MoveNext(), $"row {i}");
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => cursor.MoveNext());
        Assert.AreEqual("the source is broken", error.Message);
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.MoveNext(), "who asks again must not wait for ever");

        static IEnumerable<Row> Rows()
        {
            for (var i = 0; i < 2 * s_batch + s_batch / 2; i++)
                yield return new() { Image = new byte[28 * 28] };
            throw new InvalidOperationException("the source is broken");
        }
    }

    private static CnnTransformer Train() => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60)).LastTransformer;

    private sealed class Row
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];
    }
}

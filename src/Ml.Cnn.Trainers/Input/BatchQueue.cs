using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Input;

/// <summary>
/// Decodes rows into batches: on a thread of its own, a few batches ahead of the training step and never more, or on the caller's
/// between two steps.
/// </summary>
internal sealed class BatchQueue : IDisposable
{
    private const int Ahead = 2;
    private const int Batches = Ahead + 3; // those that wait, the one in use, the one held back and the one being filled

    private readonly ImageRowDecoder _decoder;
    private readonly int _batchSize;
    private readonly int _tooFew;
    private readonly int _threads;
    private readonly BadImages _badImages;
    private readonly bool _inTurns;
    private readonly bool _takesUnlabeled;
    private readonly ImageBatch[] _batches;

    /// <param name="decoder">Makes images into input.</param>
    /// <param name="shape">The network's input.</param>
    /// <param name="batchSize">Images per batch.</param>
    /// <param name="threads">Cores that decode.</param>
    /// <param name="badImages">Where images that cannot be decoded are noted.</param>
    /// <param name="inTurns">
    /// Whether a batch is decoded when it is asked for: where the network's operations take every core, decoding beside them would
    /// make all cores wait for the one that it slows.
    /// </param>
    /// <param name="takesUnlabeled">Whether rows without a label are wanted too. Default: they are left out.</param>
    /// <param name="tooFew">So many images join another batch: one that would be alone, since batch norm needs two.</param>
    public BatchQueue(ImageRowDecoder decoder, Architectures.NetworkShape shape, int batchSize, int threads, BadImages badImages, bool inTurns = false,
        bool takesUnlabeled = false, int tooFew = 1)
    {
        (_decoder, _batchSize, _threads, _badImages, _inTurns) = (decoder, batchSize, threads, badImages, inTurns);
        (_takesUnlabeled, _tooFew) = (takesUnlabeled, tooFew);
        _batches = [.. Enumerable.Range(0, Batches).Select(_ => new ImageBatch(batchSize + Math.Max(1, tooFew), shape, decoder.ChannelsLast))];
    }

    /// <summary>Goes through a feed's rows, batch by batch. A batch is valid until the next one is asked for.</summary>
    /// <param name="feed">The rows.</param>
    /// <param name="epoch">Decides the augmentation.</param>
    /// <param name="cancellation">Ends the pass early.</param>
    /// <param name="known">
    /// As many batches at the beginning are wanted for their labels alone: their images, which could be decoded before, are not decoded.
    /// </param>
    public IEnumerable<ImageBatch> Read(IRowFeed feed, int epoch, CancellationToken cancellation, long known = 0) =>
        _inTurns ? ReadInTurns(feed, epoch, known, cancellation) : ReadAhead(feed, epoch, known, cancellation);

    private IEnumerable<ImageBatch> ReadInTurns(IRowFeed feed, int epoch, long known, CancellationToken cancellation)
    {
        var free = new Queue<ImageBatch>(_batches);
        using var batches = Produce(feed, epoch, known, free.Dequeue, free.Enqueue).GetEnumerator();
        while (Next())
        {
            yield return batches.Current;
            free.Enqueue(batches.Current);
        }

        bool Next()
        {
            try
            {
                return !cancellation.IsCancellationRequested && batches.MoveNext();
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private IEnumerable<ImageBatch> ReadAhead(IRowFeed feed, int epoch, long known, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var ready = new BlockingCollection<ImageBatch>(Ahead);
        using var free = new BlockingCollection<ImageBatch>();
        foreach (var batch in _batches)
            free.Add(batch, CancellationToken.None);
        ExceptionDispatchInfo? failure = null;
        var producer = new Thread(() =>
        {
            try
            {
                foreach (var batch in Produce(feed, epoch, known, () => free.Take(stop.Token), batch => free.Add(batch)))
                    ready.Add(batch, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The consumer has gone, or asked to stop.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                ready.CompleteAdding();
            }
        })
        { IsBackground = true, Name = "MlCnn batches" };
        producer.Start();
        try
        {
            foreach (var batch in ready.GetConsumingEnumerable(CancellationToken.None))
            {
                yield return batch;
                free.Add(batch, CancellationToken.None);
            }
            failure?.Throw();
        }
        finally
        {
            stop.Cancel(); // where the consumer has left before the end
            producer.Join();
        }
    }

    /// <param name="feed">The rows.</param>
    /// <param name="epoch">Decides the augmentation.</param>
    /// <param name="known">Batches wanted for their labels alone.</param>
    /// <param name="take">Gives a batch to fill.</param>
    /// <param name="giveBack">Takes one without an image back.</param>
    private IEnumerable<ImageBatch> Produce(IRowFeed feed, int epoch, long known, Func<ImageBatch> take, Action<ImageBatch> giveBack)
    {
        ImageBatch? held = null; // until it is known whether it shares images with the next one
        var rows = new List<ImageRow>(_batchSize);
        for (var number = 1L; ReadRows(feed, rows); number++)
        {
            var next = take();
            // The last known batch may give an image away to the one behind it. Which images are bad, only decoding tells.
            Fill(next, rows, epoch, decode: number >= known || !_badImages.MustFailOnAny);
            foreach (var row in rows)
                feed.Recycle(row);
            if (held is not null && _batchSize > 1 && _tooFew > 0)
                Share(held, next);
            if (next.Count == 0)
            {
                giveBack(next);
                continue;
            }
            if (held is { Count: > 0 })
                yield return held;
            else if (held is not null)
                giveBack(held);
            held = next;
        }
        if (held is { Count: > 0 })
            yield return held;
    }

    private bool ReadRows(IRowFeed feed, List<ImageRow> rows)
    {
        rows.Clear();
        while (rows.Count < _batchSize && feed.TryRead(out var row))
        {
            if (row.Label > 0 || _takesUnlabeled)
                rows.Add(row);
            else
                feed.Recycle(row);
        }
        return rows.Count > 0;
    }

    // An image is alone in its batch if it is the last one, or the others were bad. It joins the batch before or behind it, or,
    // where there is no room, gets company from there.
    private void Share(ImageBatch before, ImageBatch next)
    {
        if (next.Count <= _tooFew && before.Count + next.Count <= _batchSize + _tooFew)
        {
            while (next.Count > 0)
                next.MoveLastTo(before);
        }
        else if (next.Count == 1)
            before.MoveLastTo(next);
        else if (before.Count == 1 && next.Count > 0)
            before.MoveLastTo(next);
    }

    private void Fill(ImageBatch batch, List<ImageRow> rows, int epoch, bool decode)
    {
        void FillRow(int i)
        {
            batch.Set(i, rows[i].Label - 1L, rows[i].Weight);
            if (decode)
                _decoder.TryDecode(rows[i], epoch, batch.Image(i));
        }

        if (_decoder.IsCheap || _threads == 1)
            for (var i = 0; i < rows.Count; i++)
                FillRow(i);
        else if (_inTurns)
            LibtorchTeam.For(rows.Count, _threads, FillRow);
        else
            Parallel.For(0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, FillRow);

        // Bad images leave no gap: the last good one moves into each.
        var count = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Defect is not null)
            {
                _badImages.Add(rows[i]);
                continue;
            }
            if (count < i)
            {
                batch.Image(i).CopyTo(batch.Image(count));
                batch.Set(count, rows[i].Label - 1L, rows[i].Weight);
            }
            count++;
        }
        batch.Count = count;
    }

    public void Dispose()
    {
        foreach (var batch in _batches)
            batch.Dispose();
    }
}

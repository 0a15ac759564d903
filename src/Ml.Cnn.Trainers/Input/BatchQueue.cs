using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Decodes rows into batches on a thread of its own, a few batches ahead of the training step and never more.</summary>
internal sealed class BatchQueue : IDisposable
{
    private const int Ahead = 2;

    private readonly ImageRowDecoder _decoder;
    private readonly int _batchSize;
    private readonly int _threads;
    private readonly BadImages _badImages;
    private readonly ConcurrentBag<ImageBatch> _free = [];
    private readonly List<ImageBatch> _all = [];

    /// <param name="decoder">Makes pictures into input.</param>
    /// <param name="shape">The network's input.</param>
    /// <param name="batchSize">Images per batch. A single left-over image joins the batch before it: batch norm needs two.</param>
    /// <param name="threads">Cores that decode.</param>
    /// <param name="badImages">Where pictures that cannot be decoded are noted.</param>
    public BatchQueue(ImageRowDecoder decoder, Architectures.NetworkShape shape, int batchSize, int threads, BadImages badImages)
    {
        (_decoder, _batchSize, _threads, _badImages) = (decoder, batchSize, threads, badImages);
        for (var i = 0; i < Ahead + 2; i++) // those that wait, the one in use and the one being filled
        {
            var batch = new ImageBatch(batchSize + 1, shape, decoder.ChannelsLast);
            _all.Add(batch);
            _free.Add(batch);
        }
    }

    /// <summary>Goes through a feed's rows, batch by batch. A batch is valid until the next one is asked for.</summary>
    public IEnumerable<ImageBatch> Read(IRowFeed feed, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var ready = new BlockingCollection<ImageBatch>(Ahead);
        using var returned = new SemaphoreSlim(_all.Count);
        ExceptionDispatchInfo? failure = null;
        var producer = new Thread(() =>
        {
            try
            {
                Produce(feed, ready, returned, stop.Token);
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
        ImageBatch? inUse = null;
        try
        {
            while (ready.TryTake(out var batch, Timeout.Infinite, CancellationToken.None))
            {
                inUse = batch;
                if (batch.Count > 0)
                    yield return batch;
                inUse = null;
                Return(batch);
            }
            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            if (inUse is not null)
                Return(inUse); // the consumer left in the middle of it
            while (ready.TryTake(out var left, Timeout.Infinite, CancellationToken.None)) // ends when the producer has
                Return(left);
            producer.Join();
        }

        void Return(ImageBatch batch)
        {
            _free.Add(batch);
            returned.Release();
        }
    }

    private void Produce(IRowFeed feed, BlockingCollection<ImageBatch> ready, SemaphoreSlim returned, CancellationToken cancellation)
    {
        var pending = new List<ImageRow>(_batchSize + 2);
        while (true)
        {
            // Two rows ahead, so that a single last row is seen in time to join the batch before it.
            while (pending.Count < _batchSize + 2 && feed.TryRead(out var row))
            {
                if (row.Label > 0)
                    pending.Add(row);
                else
                    feed.Recycle(row);
            }
            if (pending.Count == 0)
                return;
            var rows = pending.GetRange(0, pending.Count == _batchSize + 1 ? pending.Count : Math.Min(_batchSize, pending.Count));
            pending.RemoveRange(0, rows.Count);

            returned.Wait(cancellation);
            _free.TryTake(out var batch);
            Fill(batch!, rows);
            foreach (var row in rows)
                feed.Recycle(row);
            ready.Add(batch!, cancellation);
        }
    }

    private void Fill(ImageBatch batch, List<ImageRow> rows)
    {
        void FillRow(int i)
        {
            batch.SetLabel(i, rows[i].Label - 1L);
            _decoder.TryDecode(rows[i], batch.Image(i));
        }

        if (_decoder.IsCheap || _threads == 1)
            for (var i = 0; i < rows.Count; i++)
                FillRow(i);
        else
            Parallel.For(0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = _threads }, FillRow);

        // Bad pictures leave no gap: the last good one moves into each.
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
                batch.SetLabel(count, rows[i].Label - 1L);
            }
            count++;
        }
        batch.Count = count;
    }

    public void Dispose()
    {
        foreach (var batch in _all)
            batch.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.ML;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Reads a data view with several cursors at once, one thread each, and gives the rows in the order of a single cursor.</summary>
/// <remarks>
/// ML.NET's parallel cursors tell the order by <see cref="DataViewRow.Batch"/>: it never falls within a cursor, and no two
/// cursors share a value. Each thread fills its own bounded queue with runs of rows of one batch number, and the consumer
/// takes the run with the lowest number. So the order, and with it a training run, does not depend on timing.
/// </remarks>
internal sealed class ParallelRowFeed : IRowFeed
{
    private const int RunLength = 16;
    private const int QueuedRuns = 4;

    private readonly Reader[] _readers;
    private readonly ConcurrentBag<ImageRow> _free = [];
    private readonly CancellationTokenSource _stop;
    private Run? _current;
    private int _next;

    /// <param name="data">What is read.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="threads">Cursors, at least 1.</param>
    /// <param name="shuffle">Decides the order; null: the data view's own.</param>
    /// <param name="cancellation">Ends the readers.</param>
    /// <param name="imagesOf">The rows whose images are read, by their numbers; null: all.</param>
    public ParallelRowFeed(IDataView data, ImageColumns columns, int threads, Random? shuffle, CancellationToken cancellation,
        IReadOnlySet<ulong>? imagesOf = null)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Asked for on the calling thread: sources may be told things by what is ambient there.
        // A set even of one: ML.NET's single cursors may read ahead on threads of their own, and end at the first file that cannot be opened.
        var cursors = data.GetRowCursorSet(imagesOf is { Count: 0 } ? columns.WithoutImages : columns.Active, threads, shuffle);
        _readers = [.. cursors.Select(cursor => new Reader(this, cursor, new(cursor, columns, imagesOf)))];
    }

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        while (_current is null || _next == _current.Rows.Count)
        {
            _current = TakeLowestRun();
            _next = 0;
            if (_current is null)
            {
                row = null;
                return false;
            }
        }
        row = _current.Rows[_next++];
        return true;
    }

    public void Recycle(ImageRow row) => _free.Add(row);

    private Run? TakeLowestRun()
    {
        Reader? lowest = null;
        foreach (var reader in _readers)
            if (reader.Head is { } head && (lowest is null || head.Batch < lowest.Head!.Batch))
                lowest = reader;
        return lowest?.TakeHead();
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var reader in _readers)
            reader.Dispose();
        _stop.Dispose();
    }

    private sealed record Run(long Batch, List<ImageRow> Rows);

    /// <summary>One cursor with its thread and queue.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly ParallelRowFeed _feed;
        private readonly DataViewRowCursor _cursor;
        private readonly BlockingCollection<Run> _queue = new(QueuedRuns);
        private readonly Thread _thread;
        private ExceptionDispatchInfo? _failure;
        private Run? _head;

        public Reader(ParallelRowFeed feed, DataViewRowCursor cursor, ImageRowReader rowReader)
        {
            _feed = feed;
            _cursor = cursor;
            _thread = new Thread(() => ReadAll(rowReader)) { IsBackground = true, Name = "MlCnn row reader" };
            _thread.Start();
        }

        /// <summary>The first run that waits; blocks until there is one; null once the cursor is at its end.</summary>
        public Run? Head
        {
            get
            {
                if (_head is null && !_queue.TryTake(out _head, Timeout.Infinite, _feed._stop.Token))
                    _failure?.Throw();
                return _head;
            }
        }

        public Run TakeHead()
        {
            var head = _head!;
            _head = null;
            return head;
        }

        private void ReadAll(ImageRowReader rowReader)
        {
            try
            {
                Run? run = null;
                while (_cursor.MoveNext())
                {
                    if (run is not null && (run.Rows.Count == RunLength || run.Batch != _cursor.Batch))
                    {
                        _queue.Add(run, _feed._stop.Token);
                        run = null;
                    }
                    run ??= new Run(_cursor.Batch, new List<ImageRow>(RunLength));
                    if (!_feed._free.TryTake(out var row))
                        row = new ImageRow();
                    rowReader.Read(row);
                    run.Rows.Add(row);
                }
                if (run is not null)
                    _queue.Add(run, _feed._stop.Token);
            }
            catch (OperationCanceledException) when (_feed._stop.IsCancellationRequested)
            {
                // The consumer has gone.
            }
            catch (Exception e)
            {
                _failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                _queue.CompleteAdding();
            }
        }

        public void Dispose()
        {
            _thread.Join();
            _cursor.Dispose();
            _queue.Dispose();
        }
    }
}

using Microsoft.ML;

namespace Ml.Cnn.MlNet;

/// <summary>Reads all rows of a data view by several cursors, a thread for each.</summary>
internal static class CursorThreads
{
    /// <summary>Opens as many cursors as the data gives, up to one for each core, and waits until all rows are read.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="columns">What is read of them.</param>
    /// <param name="readRows">Reads the rows of a cursor, until it is told to stop; told on the cursor's thread.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static void ReadAll(IDataView data, IEnumerable<DataViewSchema.Column> columns, Action<DataViewRowCursor, CancellationTokenSource> readRows,
        CancellationToken cancellation)
    {
        var cursors = data.GetRowCursorSet(columns, Environment.ProcessorCount);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Threads of their own: cursors of one set may wait for each other.
        var readers = cursors.Select(cursor => Task.Factory.StartNew(() => readRows(cursor, stop),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        try
        {
            Task.WhenAll(readers).GetAwaiter().GetResult();
        }
        finally
        {
            foreach (var cursor in cursors)
                cursor.Dispose();
        }
        cancellation.ThrowIfCancellationRequested();
    }
}

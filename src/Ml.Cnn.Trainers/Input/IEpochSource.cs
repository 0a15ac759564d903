namespace Ml.Cnn.Trainers.Input;

/// <summary>A data set that can be gone through again and again, each time in an order that its number decides.</summary>
internal interface IEpochSource : IDisposable
{
    /// <param name="epoch">From 1; the order is a function of it, the seed and the shard.</param>
    /// <param name="cancellation">Ends the readers.</param>
    /// <param name="shard">The part of the epoch that is wanted; null: all of it.</param>
    IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null);
}

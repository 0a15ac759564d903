using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Rows in a fixed order, one after the other, read ahead by other threads. For one consumer.</summary>
internal interface IRowFeed : IDisposable
{
    /// <summary>Waits for the next row; false at the end.</summary>
    bool TryRead([NotNullWhen(true)] out ImageRow? row);

    /// <summary>Gives a row back for use by a later one.</summary>
    void Recycle(ImageRow row);
}

/// <summary>A data set that can be gone through again and again, each time in an order that its number decides.</summary>
internal interface IEpochSource : IDisposable
{
    /// <param name="epoch">From 1; the order is a function of it and the seed.</param>
    /// <param name="cancellation">Ends the readers.</param>
    IRowFeed Open(int epoch, CancellationToken cancellation);
}

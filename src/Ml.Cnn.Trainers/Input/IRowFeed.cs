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

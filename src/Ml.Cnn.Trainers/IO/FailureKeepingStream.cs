namespace Ml.Cnn.Trainers.IO;

/// <summary>Passes everything on and remembers the first failure, for callers whose code in between swallows exceptions.</summary>
/// <remarks>The stream below stays its owner's to dispose.</remarks>
internal sealed class FailureKeepingStream(Stream inner) : Stream
{
    /// <summary>What went wrong first; null while nothing did.</summary>
    public Exception? Failure { get; private set; }

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        // Moving on writes what is buffered, so that it fails as a write does.
        set => Keep(() => inner.Position = value);
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = 0;
        Keep(() => position = inner.Seek(offset, origin));
        return position;
    }

    public override void SetLength(long value) => Keep(() => inner.SetLength(value));

    public override void Write(byte[] buffer, int offset, int count) => Keep(() => inner.Write(buffer, offset, count));

    public override void Flush() => Keep(inner.Flush);

    private void Keep(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Failure ??= e;
            throw;
        }
    }
}

namespace Ml.Cnn.Trainers.Tests.Persistence;

/// <summary>A file on a disk with little room.</summary>
/// <param name="file">What is written to.</param>
/// <param name="room">Bytes that fit.</param>
internal sealed class DiskThatFills(Stream file, long room) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => file.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void SetLength(long value) => file.SetLength(value);

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (file.Position + count > room)
            throw new IOException("No space left on device");
        file.Write(buffer, offset, count);
    }

    public override void Flush() => file.Flush();
}

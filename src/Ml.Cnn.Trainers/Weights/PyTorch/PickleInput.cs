using System.Buffers.Binary;
using System.Text;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Bytes of a pickle, read front to back through a small buffer and never further than they are said to go.</summary>
internal sealed class PickleInput(Stream source, long length)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[4096];
    private int _next;
    private int _filled;

    /// <summary>How many bytes were read so far.</summary>
    public long Position { get; private set; }

    public byte ReadByte()
    {
        if (_next == _filled)
            Fill();
        Position++;
        return _buffer[_next++];
    }

    public ushort ReadUInt16() => (ushort)(ReadByte() | ReadByte() << 8);

    public int ReadInt32() => ReadUInt16() | ReadUInt16() << 16;

    public long ReadInt64() => (uint)ReadInt32() | (long)ReadInt32() << 32;

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(sizeof(double)));

    /// <exception cref="WeightsFormatException">The pickle ends before that.</exception>
    public byte[] ReadBytes(long count)
    {
        CheckRemaining(count);
        var bytes = new byte[count];
        for (var i = 0; i < bytes.Length;)
        {
            if (_next == _filled)
                Fill();
            var piece = Math.Min(bytes.Length - i, _filled - _next);
            _buffer.AsSpan(_next, piece).CopyTo(bytes.AsSpan(i));
            _next += piece;
            i += piece;
        }
        Position += bytes.Length;
        return bytes;
    }

    public void Skip(long count)
    {
        CheckRemaining(count);
        for (; count > 0; count--)
            ReadByte();
    }

    public string ReadText(long bytes)
    {
        try
        {
            return s_utf8.GetString(ReadBytes(bytes));
        }
        catch (ArgumentException exception)
        {
            throw new WeightsFormatException("The pickle holds a text that is not UTF-8.", exception);
        }
    }

    /// <summary>A text that a line feed ends.</summary>
    public string ReadLine()
    {
        const int longest = 1000;
        var line = new StringBuilder();
        for (var c = ReadByte(); c != '\n'; c = ReadByte())
        {
            if (line.Length == longest)
                throw new WeightsFormatException("The pickle names a class with more than a thousand characters.");
            line.Append((char)c);
        }
        return line.ToString();
    }

    private void CheckRemaining(long count)
    {
        if (count < 0 || count > length - Position)
            throw new WeightsFormatException($"The pickle claims {count} bytes where {length - Position} are left.");
    }

    private void Fill()
    {
        var wanted = (int)Math.Min(_buffer.Length, length - Position);
        _filled = wanted > 0 ? source.Read(_buffer, 0, wanted) : 0;
        _next = 0;
        if (_filled <= 0)
            throw new WeightsFormatException("The file ends inside its pickle.");
    }
}

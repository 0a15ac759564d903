using Google.Protobuf.Reflection;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>
/// Walks through a serialized message without keeping any of it, and refuses what could not be parsed in a small multiple of its size: lengths beyond the
/// end, messages in messages without end, and more messages than bytes are worth (an empty one takes two bytes in a file and hundreds in memory).
/// </summary>
internal sealed class ProtobufScan
{
    private const int DeepestNesting = 16;
    private const int FewMessages = 1 << 18;
    private const int BytesWorthAMessage = 32;
    private const int LongestVarint = 10; // bytes

    private readonly Stream _stream;
    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly long _mostMessages;
    private long _start; // of the buffer in the stream
    private int _next;
    private int _length;
    private long _messages;

    private ProtobufScan(Stream stream) => (_stream, _mostMessages) = (stream, FewMessages + stream.Length / BytesWorthAMessage);

    private long Position => _start + _next;

    /// <summary>Checks a stream from its beginning to its end.</summary>
    /// <exception cref="OnnxFormatException">It cannot be parsed, or not in a reasonable amount of memory.</exception>
    public static void Check(Stream stream, MessageDescriptor message)
    {
        stream.Position = 0;
        new ProtobufScan(stream).Message(message, stream.Length, depth: 1);
    }

    private void Message(MessageDescriptor message, long end, int depth)
    {
        if (depth > DeepestNesting)
            throw new OnnxFormatException($"its messages are nested more than {DeepestNesting} deep");
        while (Position < end)
        {
            var tag = Varint(end);
            var field = tag >> 3 is > 0 and <= int.MaxValue and var number ? message.FindFieldByNumber((int)number)
                : throw Damaged("a field has no valid number");
            switch (tag & 7)
            {
                case 0:
                    Varint(end);
                    break;
                case 1:
                    Skip(8, end);
                    break;
                case 2:
                    Lengthy(field, end, depth);
                    break;
                case 5:
                    Skip(4, end);
                    break;
                default:
                    throw Damaged("a field is of no valid type");
            }
        }
    }

    private void Lengthy(FieldDescriptor? field, long end, int depth)
    {
        var length = Varint(end);
        if (length > (ulong)(end - Position))
            throw Damaged($"a field claims {length} bytes of {end - Position}");
        if (field?.FieldType is FieldType.Message or FieldType.String or FieldType.Bytes && ++_messages > _mostMessages)
            throw new OnnxFormatException($"it holds more than {_mostMessages} nodes, attributes and names, which {_stream.Length} bytes are not worth");
        if (field?.FieldType == FieldType.Message)
            Message(field.MessageType, Position + (long)length, depth + 1);
        else
            Skip((long)length, end);
    }

    private ulong Varint(long end)
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint && Position < end; i++)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next < 0x80)
                return value;
        }
        throw Damaged("a number does not end");
    }

    private byte Byte()
    {
        if (_next == _length)
        {
            _start += _length;
            _stream.Position = _start;
            (_next, _length) = (0, _stream.Read(_buffer));
            if (_length == 0)
                throw Damaged("it ends too early");
        }
        return _buffer[_next++];
    }

    private void Skip(long bytes, long end)
    {
        if (bytes > end - Position)
            throw Damaged("it ends too early");
        if (bytes <= _length - _next)
            _next += (int)bytes;
        else
            (_start, _next, _length) = (Position + bytes, 0, 0);
    }

    private OnnxFormatException Damaged(string what) => new($"it is no ONNX file, or it is damaged: at byte {Position}, {what}");
}

using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>
/// A file of TensorBoard's: TensorFlow's records (length, checksum of the length, data, checksum of the data; tensorflow/core/lib/io/record_writer.h),
/// each an Event (tensorflow/core/util/event.proto, which TorchSharp brings).
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";

    private readonly RecordFile _file;

    /// <param name="folder">TensorBoard shows each folder as a run. Made where it is missing.</param>
    /// <param name="first">What the first value will be about: TensorBoard forgets what earlier files of the folder say from there on.</param>
    public EventFile(string folder, long first)
    {
        Directory.CreateDirectory(folder);
        _file = Create(folder);
        Write(new Event { FileVersion = Version });
        Write(new Event { Step = first, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });
        _file.Flush();
    }

    /// <summary>Writes values; those that are null are left out.</summary>
    /// <param name="step">Their place on TensorBoard's axis.</param>
    /// <param name="values">Each with its tag.</param>
    public void Write(long step, params IEnumerable<(string Tag, double? Value)> values)
    {
        var summary = new Summary();
        foreach (var (tag, value) in values)
        {
            if (value is not null)
                summary.Value.Add(new Summary.Types.Value { Tag = tag, SimpleValue = (float)value });
        }
        Write(step, summary);
    }

    /// <summary>Writes values of any kind.</summary>
    /// <param name="step">Their place on TensorBoard's axis.</param>
    /// <param name="summary">Each with its tag.</param>
    public void Write(long step, Summary summary) => Write(new Event { Step = step, Summary = summary });

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private void Write(Event e)
    {
        e.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var data = e.ToByteArray();
        var record = new byte[sizeof(ulong) + sizeof(uint) + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedChecksum(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record, sizeof(ulong) + sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), MaskedChecksum(data));
        _file.Add(record);
    }

    // CRC-32C, turned and shifted so that a checksum of data that holds checksums stays a good one (tensorflow/core/lib/hash/crc32c.h).
    private static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    // TensorBoard finds files by "tfevents" and reads them in the order of their names.
    private static RecordFile Create(string folder)
    {
        var name = FormattableString.Invariant($"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():D10}.{Environment.MachineName}.mlcnn");
        for (var number = 0; ; number++)
        {
            var path = Path.Join(folder, FormattableString.Invariant($"{name}.{number:D3}"));
            if (!File.Exists(path))
                return new(path, FileMode.CreateNew);
        }
    }
}

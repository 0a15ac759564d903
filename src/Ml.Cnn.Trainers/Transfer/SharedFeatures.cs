using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>
/// Rows of features of which each of several processes computes a part: every process has all of them, to the bit, in the order in which their images are
/// dealt out (<see cref="Shard"/>).
/// </summary>
/// <remarks>
/// The processes exchange them in rounds, which end when none has a row left. An image that one of them has skipped moves that process's later rows up: the
/// order is no longer that of the images, and still the same in all.
/// </remarks>
internal sealed class SharedFeatures : IRowFeed
{
    private const int PacketSize = 1 << 16; // bytes, about: what a process hands over in a round

    private readonly IRowFeed _mine;
    private readonly ICollectives _group;
    private readonly int _length;
    private readonly int _rowsOfRound;
    private readonly byte[] _packet; // the number of rows, then each: label, weight, features
    private readonly byte[] _packets; // of all processes
    private readonly Queue<int> _places = []; // of rows in them
    private readonly ImageRow _row = new();
    private ulong _id;

    /// <param name="mine">This process's rows. Disposed with this feed.</param>
    /// <param name="group">The processes.</param>
    /// <param name="length">Features of a row.</param>
    public SharedFeatures(IRowFeed mine, ICollectives group, int length)
    {
        (_mine, _group, _length) = (mine, group, length);
        _rowsOfRound = Math.Max(1, PacketSize / RowSize);
        _packet = new byte[sizeof(int) + _rowsOfRound * RowSize];
        _packets = new byte[_packet.Length * group.World];
    }

    private int RowSize => sizeof(uint) + sizeof(float) + FeaturesSize;

    private int FeaturesSize => _length * sizeof(float);

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        row = null;
        if (_places.Count == 0)
            Exchange();
        if (!_places.TryDequeue(out var place))
            return false;
        ReadOnlySpan<byte> stored = _packets.AsSpan(place, RowSize);
        row = _row;
        (row.Label, row.Weight, row.Id) = (MemoryMarshal.Read<uint>(stored), MemoryMarshal.Read<float>(stored[sizeof(uint)..]), _id++);
        MemoryMarshal.Cast<byte, float>(stored[^FeaturesSize..]).CopyTo(row.Content.Room<float>(_length));
        return true;
    }

    public void Recycle(ImageRow row) { } // there is one only

    public void Dispose() => _mine.Dispose();

    private void Exchange()
    {
        var count = 0;
        for (; count < _rowsOfRound && _mine.TryRead(out var row); count++)
        {
            var stored = _packet.AsSpan(sizeof(int) + count * RowSize, RowSize);
            MemoryMarshal.Write(stored, row.Label);
            MemoryMarshal.Write(stored[sizeof(uint)..], row.Weight);
            row.Content.Stored.CopyTo(stored[^FeaturesSize..]);
            _mine.Recycle(row);
        }
        MemoryMarshal.Write(_packet, count);
        _group.Gather(_packet, _packets);
        for (var i = 0; i < _rowsOfRound; i++)
        {
            for (var rank = 0; rank < _group.World; rank++)
            {
                var packet = rank * _packet.Length;
                if (i < MemoryMarshal.Read<int>(_packets.AsSpan(packet)))
                    _places.Enqueue(packet + sizeof(int) + i * RowSize);
            }
        }
    }
}

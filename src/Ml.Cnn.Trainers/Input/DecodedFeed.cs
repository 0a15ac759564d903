using System.Diagnostics.CodeAnalysis;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Decodes the rows of another feed, so that they can be kept: bytes of the network's size, or larger ones to cut parts out of.</summary>
internal sealed class DecodedFeed : IRowFeed
{
    // As much larger than the network's input as images usually are before a part is cut out of them: 256 for 224.
    private const double RoomForCrops = 256.0 / 224;

    private const int RowsAtOnce = 64;

    private readonly IRowFeed _rows;
    private readonly ImageRowDecoder? _decoder;
    private readonly List<ImageRow> _ready = [];
    private int _next;

    /// <param name="rows">Encoded images, or pixels. Disposed with this feed.</param>
    /// <param name="format">What they hold.</param>
    /// <param name="preprocessing">The network's input.</param>
    /// <param name="isAugmented">Whether parts will be cut out of the images, which are then kept whole and larger.</param>
    public DecodedFeed(IRowFeed rows, ImageColumnFormat format, ImagePreprocessing preprocessing, bool isAugmented)
    {
        _rows = rows;
        if (format.Type.IsUsedAsItIs || (isAugmented && format.HasSize))
        {
            Format = format; // kept as they are
            return;
        }
        if (isAugmented)
        {
            var shortSide = (int)Math.Ceiling(Math.Max(preprocessing.Height, preprocessing.Width) * RoomForCrops);
            _decoder = new ImageRowDecoder(format, preprocessing with { ResizeShortSide = shortSide }, channelsLast: false);
            Format = new(ImageColumnTypes.MLImages);
            return;
        }
        _decoder = new ImageRowDecoder(format, preprocessing, channelsLast: false);
        Format = new(ImageColumnTypes.Bytes, preprocessing.Height, preprocessing.Width, preprocessing.Channels);
    }

    /// <summary>What this feed's rows hold.</summary>
    public ImageColumnFormat Format { get; }

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        if (_next == _ready.Count)
            DecodeMore();
        row = _next < _ready.Count ? _ready[_next++] : null;
        return row is not null;
    }

    private void DecodeMore()
    {
        _ready.Clear();
        _next = 0;
        while (_ready.Count < RowsAtOnce && _rows.TryRead(out var row))
            _ready.Add(row);
        if (_decoder is null)
            return;
        Parallel.For(0, _ready.Count, () => new PixelImage(), (i, _, room) =>
        {
            if (Format.HasSize)
                DecodeToSize(_ready[i], room);
            else
                _decoder.TryDecodeWhole(_ready[i], room);
            return room;
        }, _ => { });
    }

    private void DecodeToSize(ImageRow row, PixelImage room)
    {
        room.Reset(Format.Width, Format.Height, Format.Channels);
        if (_decoder!.TryPreprocess(row, room.Pixels))
            room.Pixels.CopyTo(row.Content.Room<byte>(_decoder.Length));
    }

    public void Recycle(ImageRow row) => _rows.Recycle(row);

    public void Dispose() => _rows.Dispose();
}

using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over pictures that were decoded and resized once and stay in memory, one byte per pixel and channel.</summary>
internal sealed class DecodedSource : IEpochSource
{
    private readonly List<ImageRow> _rows = [];
    private readonly int _seed;

    /// <param name="rows">All rows, in any order.</param>
    /// <param name="decoder">Brings them to the network's size.</param>
    /// <param name="format">What the rows hold. Pixels as numbers are kept as they are.</param>
    /// <param name="seed">Fixes the orders.</param>
    public DecodedSource(IRowFeed rows, ImageRowDecoder decoder, FeatureFormat format, int seed)
    {
        _seed = seed;
        var keepNumbers = format.Kind == FeatureKind.FloatPixels;
        while (rows.TryRead(out var row))
        {
            var kept = new ImageRow { Label = row.Label, Id = row.Id, Path = row.Path };
            if (keepNumbers)
                row.Floats.AsSpan(0, row.Length).CopyTo(kept.FloatsOfLength(row.Length));
            else
                decoder.TryPreprocess(row, kept.BytesOfLength(decoder.Length));
            kept.Defect = row.Defect;
            _rows.Add(kept);
            rows.Recycle(row);
        }
    }

    /// <summary>What the rows hold after decoding.</summary>
    public static FeatureFormat FormatAfter(FeatureFormat before, Transforms.ImagePreprocessing preprocessing) =>
        before.Kind == FeatureKind.FloatPixels ? before : new(FeatureKind.BytePixels, preprocessing.Height, preprocessing.Width, preprocessing.Channels);

    public IRowFeed Open(int epoch, CancellationToken cancellation) => new Feed(_rows, EpochOrder.Permutation(_rows.Count, _seed, epoch));

    public void Dispose() { }

    private sealed class Feed(List<ImageRow> rows, int[] order) : IRowFeed
    {
        private int _next;

        public bool TryRead([NotNullWhen(true)] out ImageRow? row)
        {
            row = _next < order.Length ? rows[order[_next++]] : null;
            return row is not null;
        }

        public void Recycle(ImageRow row) { } // the rows stay

        public void Dispose() { }
    }
}

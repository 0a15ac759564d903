using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using Ml.Cnn.Transforms.Inspection;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.DataQuality.Images;

/// <summary>Reads every image of a data view once, on as many threads as it gives cursors.</summary>
internal sealed class ImageSurvey
{
    private readonly SurveyedImages _images;
    private readonly Dictionary<DataViewRowId, int> _rows;

    private ImageSurvey(SurveyedImages images)
    {
        _images = images;
        _rows = images.Ids.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
    }

    /// <param name="data">The images.</param>
    /// <param name="columns">Their columns.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static SurveyedImages Run(IDataView data, ImageColumnNames columns, CancellationToken cancellation)
    {
        var (image, format) = ImageColumnReader.Find(data.Schema, columns.Image, columns.Path);
        var label = data.Schema.GetColumnOrNull(columns.Label) ?? throw SchemaErrors.Missing("label", columns.Label);
        var (labels, ids) = StratifiedSplit.ReadRows(data, label);
        var survey = new ImageSurvey(new SurveyedImages(labels, ids, ReadPaths(data, columns.Path)));
        CursorThreads.ReadAll(data, [image], (cursor, stop) => survey.ReadRows(cursor, image, format, stop), cancellation);
        return survey._images;
    }

    private static List<string>? ReadPaths(IDataView data, string name)
    {
        if (data.Schema.GetColumnOrNull(name) is not { Type: TextDataViewType } column)
            return null;
        List<string> paths = [];
        using var cursor = data.GetRowCursor([column]);
        var get = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        while (cursor.MoveNext())
        {
            get(ref path);
            paths.Add(path.ToString());
        }
        return paths;
    }

    private void ReadRows(DataViewRowCursor cursor, DataViewSchema.Column column, ImageColumnFormat format, CancellationTokenSource stop)
    {
        try
        {
            var read = format.Type.OpenReader(cursor, column);
            var getId = cursor.GetIdGetter();
            var (content, pixels, room) = (new ImageContent(), new PixelImage(), new MeasuringRoom());
            DataViewRowId id = default;
            while (!stop.IsCancellationRequested && cursor.MoveNext())
            {
                getId(ref id);
                var row = _rows[id];
                try
                {
                    read(content);
                    Keep(row, content.Stored, format.Type.Decode(content, format, pixels), room);
                }
                catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
                {
                    _images.Defects[row] = e.GetBaseException().Message;
                }
            }
        }
        catch
        {
            stop.Cancel(); // the other threads need not read on
            throw;
        }
    }

    private void Keep(int row, ReadOnlySpan<byte> content, PixelImage image, MeasuringRoom room)
    {
        // Half of SHA-256 is enough to tell images apart.
        _images.Contents[row] = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(content));
        _images.Measures[row] = ImageMeasures.Of(image, room);
        ImageResizer.Resize(room.Gray, room.Small, PerceptualHash.Side, PerceptualHash.Side, Interpolation.Bilinear);
        _images.SetThumbnail(row, room.Small.Pixels.ToArray());
    }
}

/// <summary>The columns of images, their paths and their labels.</summary>
internal sealed record ImageColumnNames(string Image, string Path, string Label);

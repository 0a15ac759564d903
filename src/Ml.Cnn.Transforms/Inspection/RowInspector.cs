using System.Security.Cryptography;
using Microsoft.ML;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>What one row's image turned out to be.</summary>
/// <param name="Hash">SHA-256 of its content; null where it could not be read.</param>
/// <param name="Info">Its size; null where it could not be decoded.</param>
/// <param name="Reason">Why not.</param>
internal readonly record struct InspectedImage(byte[]? Hash, EncodedImageInfo? Info, string? Reason);

/// <summary>Reads, hashes and decodes the images of a cursor's rows. One per cursor.</summary>
internal sealed class RowInspector(DataViewRow cursor, DataViewSchema.Column column, ImageColumnFormat format)
{
    private readonly Action<ImageContent> _read = format.Type.OpenReader(cursor, column);
    private readonly ImageContent _content = new();
    private readonly PixelImage _room = new();

    /// <summary>Inspects the image of the row that the cursor stands on.</summary>
    public InspectedImage Inspect()
    {
        byte[]? hash = null;
        try
        {
            _read(_content);
            hash = SHA256.HashData(_content.Stored);
            return new(hash, format.Type.Inspect(_content, format, _room), null);
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            return new(hash, null, e.GetBaseException().Message);
        }
    }
}

using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Inspection;

/// <summary>What one row's image turned out to be.</summary>
/// <param name="Hash">SHA-256 of its content; null where it could not be read.</param>
/// <param name="Info">Its size; null where it could not be decoded.</param>
/// <param name="Reason">Why not.</param>
internal readonly record struct InspectedImage(byte[]? Hash, EncodedImageInfo? Info, string? Reason);

/// <summary>Reads and decodes the image of a cursor's row, from a file, encoded bytes, an MLImage or pixels. One per cursor.</summary>
internal abstract class ImageRowReader
{
    /// <summary>The column that holds the images: <paramref name="imageColumnName"/> if there is one, else the paths.</summary>
    public static DataViewSchema.Column ColumnOf(DataViewSchema schema, string imageColumnName, string imagePathColumnName)
    {
        if (schema.GetColumnOrNull(imageColumnName) is { } image)
        {
            return image.Type is ImageDataViewType || (image.Type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Byte)
                ? image
                : throw SchemaErrors.Mismatch("image", imageColumnName, "a vector of bytes (an encoded image, or pixels) or an image", image.Type.ToString()!);
        }
        return schema.GetColumnOrNull(imagePathColumnName) switch
        {
            { Type: TextDataViewType } path => path,
            { } other => throw SchemaErrors.Mismatch("image path", imagePathColumnName, "text", other.Type.ToString()!),
            null => throw SchemaErrors.Missing("image", imageColumnName),
        };
    }

    /// <summary>A reader of that column.</summary>
    public static ImageRowReader Create(DataViewRow cursor, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => new FileReader(cursor, column),
        ImageDataViewType => new MLImageReader(cursor, column),
        VectorDataViewType { Dimensions: [> 0, > 0, 1 or 3 or 4] } pixels => new PixelReader(cursor, column, pixels),
        _ => new EncodedReader(cursor, column),
    };

    /// <summary>Reads the image of the row that the cursor stands on.</summary>
    public abstract InspectedImage Read();

    private sealed class FileReader(DataViewRow cursor, DataViewSchema.Column column) : ImageRowReader
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _get = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        private readonly EncodedInspector _inspector = new();
        private ReadOnlyMemory<char> _path;
        private byte[] _bytes = [];

        public override InspectedImage Read()
        {
            _get(ref _path);
            try
            {
                using var file = File.OpenHandle(_path.ToString());
                var length = RandomAccess.GetLength(file);
                if (length > Array.MaxLength)
                    return new(null, null, $"The file has {length} bytes, too many for an image.");
                if (_bytes.Length < length)
                    _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, length + length / 4));
                var count = 0;
                for (int read; count < length && (read = RandomAccess.Read(file, _bytes.AsSpan(count, (int)length - count), count)) > 0;)
                    count += read;
                return _inspector.Inspect(_bytes.AsSpan(0, count));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                return new(null, null, exception.Message);
            }
        }
    }

    private sealed class EncodedReader(DataViewRow cursor, DataViewSchema.Column column) : ImageRowReader
    {
        private readonly ValueGetter<VBuffer<byte>> _get = cursor.GetGetter<VBuffer<byte>>(column);
        private readonly EncodedInspector _inspector = new();
        private VBuffer<byte> _image;

        public override InspectedImage Read()
        {
            try
            {
                _get(ref _image);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                return new(null, null, exception.Message);
            }
            if (_image.IsDense)
                return _inspector.Inspect(_image.GetValues());
            return _inspector.Inspect([.. _image.DenseValues()]);
        }
    }

    private sealed class MLImageReader(DataViewRow cursor, DataViewSchema.Column column) : ImageRowReader
    {
        private readonly ValueGetter<MLImage> _get = cursor.GetGetter<MLImage>(column);
        private MLImage? _image;

        public override InspectedImage Read()
        {
            try
            {
                _get(ref _image!);
                if (_image is null)
                    return new(null, null, "There is no image.");
                return new(SHA256.HashData(_image.Pixels), new(_image.Width, _image.Height, 4), null);
            }
            // ML.NET's loader throws what it likes at files that it cannot read.
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                return new(null, null, exception.Message);
            }
            finally
            {
                _image?.Dispose();
                _image = null;
            }
        }
    }

    private sealed class PixelReader(DataViewRow cursor, DataViewSchema.Column column, VectorDataViewType type) : ImageRowReader
    {
        private readonly ValueGetter<VBuffer<byte>> _get = cursor.GetGetter<VBuffer<byte>>(column);
        private readonly EncodedImageInfo _info = new(type.Dimensions[1], type.Dimensions[0], type.Dimensions[2]);
        private VBuffer<byte> _pixels;

        public override InspectedImage Read()
        {
            _get(ref _pixels);
            return new(_pixels.IsDense ? SHA256.HashData(_pixels.GetValues()) : SHA256.HashData([.. _pixels.DenseValues()]), _info, null);
        }
    }

    /// <summary>Hashes and decodes encoded images, into the same buffer again and again.</summary>
    private sealed class EncodedInspector
    {
        private readonly PixelImage _pixels = new();

        public InspectedImage Inspect(ReadOnlySpan<byte> encoded)
        {
            var hash = SHA256.HashData(encoded);
            try
            {
                // All of it: a file that is cut short has a header like any other.
                ImageDecoder.Decode(encoded, _pixels);
                return new(hash, EncodedImageInfo.Read(encoded), null);
            }
            catch (ImageDecodingException exception)
            {
                return new(hash, null, exception.Message);
            }
        }
    }
}

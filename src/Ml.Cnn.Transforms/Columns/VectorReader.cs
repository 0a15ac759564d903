using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Reads a column of vectors, dense or sparse.</summary>
internal static class VectorReader
{
    public static Action<ImageContent> Open<T>(DataViewRow row, DataViewSchema.Column column) where T : unmanaged
    {
        var get = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> buffer = default;
        return content =>
        {
            get(ref buffer);
            buffer.CopyTo(content.Room<T>(buffer.Length));
        };
    }
}

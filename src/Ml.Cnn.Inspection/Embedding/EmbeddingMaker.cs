using Microsoft.ML;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Features;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Inspection.Embedding;

/// <summary>Puts the images of a data set into the plane: one pass for their features, and the principal components of those.</summary>
internal static class EmbeddingMaker
{
    /// <param name="model">The network.</param>
    /// <param name="data">The images.</param>
    /// <param name="options">Layer and column of labels.</param>
    public static CnnEmbedding Make(CnnTransformer model, IDataView data, CnnEmbeddingOptions options)
    {
        var label = Label(data.Schema, options.LabelColumnName);
        var layer = options.Layer is { } name ? InspectedNetwork.NameOf(model, name) : null;
        using var reader = FeatureReader.Open(model, data, layer, pool: layer is null ? null : true, label: label);
        List<(int Row, string? Label)> images = [];
        var table = reader.ReadAll(() => images.Add((reader.Row, reader.Label is { Length: > 0 } text ? text : null)));
        if (images.Count == 0)
            throw new ArgumentException("The data has no image that can be read.", nameof(data));
        if (Math.Min(table.Count, table.Length) > PrincipalComponents.LargestMatrix)
        {
            throw new ArgumentException($"The layer '{reader.Layer}' gives {table.Length} features, and there are {table.Count} images: the components of at "
                + $"most {PrincipalComponents.LargestMatrix} of either are computed. Name a layer with fewer, or give fewer images.", nameof(options));
        }
        var components = PrincipalComponents.Of(table);
        var labels = images.Select(image => image.Label).OfType<string>().Distinct();
        return new(table.ToUnitLength(), new(data, model.FeatureColumnName, reader.Format))
        {
            Layer = reader.Layer,
            Images = [.. images.Select((image, i) => new CnnEmbeddedImage
            {
                Row = image.Row, X = components.X[i], Y = components.Y[i], Label = image.Label,
            })],
            Labels = label is { } column ? [.. LabelReader.Sort(labels, column)] : [],
            FirstShare = components.FirstShare,
            SecondShare = components.SecondShare,
        };
    }

    private static DataViewSchema.Column? Label(DataViewSchema schema, string? name)
    {
        if (name is null)
            return null;
        var label = schema.GetColumnOrNull(name);
        return label is not null || name == CnnEmbeddingOptions.UsualLabelColumnName ? label : throw SchemaErrors.Missing("label", name);
    }
}

using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Augments a column of images: at random while the pipeline that it is part of is fitted, without chance afterwards. The
/// methods of <c>mlContext.Transforms</c> (<c>AugmentImages</c>, <c>RandomHorizontalFlip</c>, …) make one.
/// </summary>
public sealed class ImageAugmentingEstimator : IEstimator<ImageAugmentingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly AugmentationSettings _settings;

    internal ImageAugmentingEstimator(IHostEnvironment environment, AugmentationSettings settings)
    {
        settings.Validate();
        (_environment, _settings) = (environment, settings);
    }

    /// <summary>There is nothing to learn: checks the input and gives the transformer.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or holds no images.</exception>
    public ImageAugmentingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _ = new AugmentationSchema(input.Schema, _settings);
        return new(_environment, _settings);
    }

    /// <summary>The input's columns, and the output column of images.</summary>
    /// <param name="inputSchema">The input's columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or holds no images.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var input = ColumnShapes.Find(inputSchema, _settings.InputColumnName) ?? throw SchemaErrors.Missing("input", _settings.InputColumnName);
        if (input.Kind != SchemaShape.Column.VectorKind.Scalar || input.ItemType is not ImageDataViewType)
            throw SchemaErrors.Mismatch("input", _settings.InputColumnName, "Image", ColumnShapes.TypeName(input));
        var columns = inputSchema.ToDictionary(c => c.Name);
        columns[_settings.OutputColumnName] = ColumnShapes.Create(_settings.OutputColumnName, SchemaShape.Column.VectorKind.Scalar,
            _settings.OutputType((ImageDataViewType)input.ItemType), isKey: false);
        return new SchemaShape(columns.Values);
    }
}

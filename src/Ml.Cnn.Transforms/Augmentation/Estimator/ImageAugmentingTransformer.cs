using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Gives the views of images that scoring sees: only the steps without chance, and, where a size was asked for, the middle
/// of the image. While a pipeline is fitted, its trainer sees random views instead, new ones in every epoch.
/// </summary>
public sealed class ImageAugmentingTransformer : ITransformer, ITransformerWithDifferentMappingAtTrainingTime
{
    private readonly IHostEnvironment _environment;

    internal ImageAugmentingTransformer(IHostEnvironment environment, AugmentationSettings settings) => (_environment, Settings) = (environment, settings);

    /// <summary>What is done to the images.</summary>
    public ImageAugmentation Augmentation => Settings.Augmentation;

    /// <summary>Always true: every row is augmented on its own.</summary>
    public bool IsRowToRowMapper => true;

    internal AugmentationSettings Settings { get; }

    /// <summary>The input's columns, and the output column of images.</summary>
    /// <param name="inputSchema">The input's columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or holds no images.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new AugmentationSchema(inputSchema, Settings).Output;

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new AugmentationRowMapper(new AugmentationSchema(inputSchema, Settings), Settings);

    /// <summary>Adds the images as scoring sees them. Lazy: they are made when the result is read.</summary>
    /// <param name="input">Data with the image column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or holds no images.</exception>
    public IDataView Transform(IDataView input) => View(input, isTraining: false);

    IDataView ITransformerWithDifferentMappingAtTrainingTime.TransformForTrainingPipeline(IDataView input) => View(input, isTraining: true);

    void ICanSaveModel.Save(ModelSaveContext ctx) => AugmentationArchive.Save(ctx, Settings);

    private AugmentingDataView View(IDataView input, bool isTraining)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new(_environment, input, Settings, isTraining);
    }

    private sealed class AugmentationRowMapper(AugmentationSchema schema, AugmentationSettings settings) : IRowToRowMapper
    {
        public DataViewSchema InputSchema => schema.Input;

        public DataViewSchema OutputSchema => schema.Output;

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => schema.Dependencies(dependingColumns);

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
            new AugmentedRow(schema, input, new AugmentedColumns(schema, input, activeColumns, new ImageAugmenter(settings, draws: null, stream: 0)));
    }
}

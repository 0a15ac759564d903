using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;

[assembly: LoadableClass(typeof(CnnFeaturesTransformer), typeof(CnnFeaturesTransformer), null, typeof(SignatureLoadModel),
    "Features of a convolutional network",
    CnnFeaturesArchive.LoaderName)]

namespace Ml.Cnn.Trainers;

/// <summary>What one layer of a trained network makes of images, as a column of numbers for any other ML.NET trainer.</summary>
/// <remarks>
/// Features are computed in batches while the data is read; any number of threads, cursors and prediction engines may read at once. The weights
/// are shared with the model that they are from; see <see cref="CnnClassifier.Dispose"/>.
/// </remarks>
public sealed class CnnFeaturesTransformer : ITransformer, IDisposable
{
    private readonly ImageFeaturizer _featurizer;

    internal CnnFeaturesTransformer(ImageFeaturizer featurizer) => _featurizer = featurizer;

    /// <summary>The network.</summary>
    public Architecture Architecture => _featurizer.Scorer.Model.Architecture;

    /// <summary>The layer whose output the features are, by its name in <see cref="Inspection.CnnSummary"/>.</summary>
    public string Layer => _featurizer.Layer;

    /// <summary>Whether the layer's feature maps are averaged, one number per channel.</summary>
    public bool IsPooled => _featurizer.IsPooled;

    /// <summary>How many features an image has.</summary>
    public int Length => _featurizer.Length;

    /// <summary>The column of images that this transformer reads.</summary>
    public string InputColumnName => _featurizer.FeatureColumnName;

    /// <summary>The column of the features, a vector of Single.</summary>
    public string OutputColumnName => _featurizer.OutputColumnName;

    /// <summary>Always true: every row is computed on its own.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The input's columns, then the features.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type; the message says which are accepted.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new MappedSchema(inputSchema, _featurizer).Output;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        var mapper = new ScoringRowMapper(inputSchema, _featurizer);
        _featurizer.AddOwner(); // a prediction engine disposes the transformer that it was made of
        return mapper;
    }

    /// <summary>Adds the features. Lazy: rows are read, decoded and computed when the result is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type; the message says which are accepted.</exception>
    public IDataView Transform(IDataView input) => new ScoringDataView(input, _featurizer);

    /// <inheritdoc cref="CnnClassifier.Dispose"/>
    public void Dispose() => _featurizer.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx) => CnnFeaturesArchive.Save(ctx, _featurizer, new CnnTransformer(_featurizer.Scorer, []));

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    private static CnnFeaturesTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(CnnFeaturesArchive.Read<CnnTransformer>(environment, context, network => network.Scorer));
}

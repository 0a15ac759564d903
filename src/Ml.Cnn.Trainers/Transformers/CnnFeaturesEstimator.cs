using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Trainers;

/// <summary>Adds a trained network's features to data with images. <c>mlContext.Transforms.CnnFeatures(…)</c> makes one.</summary>
/// <remarks>There is nothing to learn: <see cref="Fit"/> reads no row.</remarks>
public sealed class CnnFeaturesEstimator : IEstimator<CnnFeaturesTransformer>
{
    private readonly ImageFeaturizer _featurizer;

    internal CnnFeaturesEstimator(ImageFeaturizer featurizer) => _featurizer = featurizer;

    /// <summary>The input's columns, then the features (a vector of Single).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type; the message says which are accepted.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.Check(inputSchema, _featurizer.FeatureColumnName);
        var columns = inputSchema.ToDictionary(column => column.Name);
        columns[_featurizer.OutputColumnName] = ColumnShapes.Create(_featurizer.OutputColumnName, SchemaShape.Column.VectorKind.Vector,
            NumberDataViewType.Single, isKey: false);
        return new SchemaShape(columns.Values);
    }

    /// <summary>Checks the columns.</summary>
    /// <returns>Shares the network with the model that the estimator was made of, and is disposed apart from it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of another type; the message says which are accepted.</exception>
    /// <exception cref="ObjectDisposedException">The model that the estimator was made of was disposed.</exception>
    public CnnFeaturesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new CnnFeaturesTransformer(_featurizer.Another());
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }
}

using Microsoft.ML;
using Ml.Cnn.DataQuality.Neighbors;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>What a network's last layer takes of each image, by <see cref="CnnFeaturesTransformer"/>.</summary>
internal static class NetworkFeatures
{
    private const string Column = "Ml.Cnn.DataQuality.Features";

    /// <param name="model">A pipeline with a single network, or the network.</param>
    /// <param name="data">Images that can be read, as the pipeline takes them.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    /// <returns>A row for each image; null where the model has not one network of its own.</returns>
    public static FeatureTable? Of(ITransformer model, IDataView data, CancellationToken cancellation)
    {
        if (CnnTransformer.Find(model) is not { } network)
            return null;
        // What the pipeline does with an image comes first; scores are computed for nobody who does not ask.
        var estimator = new CnnFeaturesEstimator(ImageFeaturizer.Of(network.Scorer, Column, layer: null, pool: null));
        var prepared = model.Transform(data);
        using var featurizer = estimator.Fit(prepared);
        return FeatureTable.Read(featurizer.Transform(prepared), Column, featurizer.Length, cancellation);
    }
}

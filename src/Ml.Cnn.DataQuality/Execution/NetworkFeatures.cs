using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>What a network's last layer takes of each image.</summary>
internal static class NetworkFeatures
{
    /// <param name="model">A pipeline with a single network, or the network.</param>
    /// <param name="images">The images, as the pipeline takes them.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    /// <returns>Features of length 1; null where the model has not one network of its own.</returns>
    public static RowFeatures? Of(ITransformer model, UsableImages images, CancellationToken cancellation)
    {
        if (CnnTransformer.Find(model) is not { } network)
            return null;
        // What the pipeline does with an image comes first; scores are computed for nobody who does not ask.
        using var reader = FeatureReader.Open(network, model.Transform(images.Data));
        List<int> rows = [];
        var table = reader.ReadAll(() => rows.Add(images.Rows[reader.Row]), cancellation);
        return new(table.ToUnitLength(), [.. rows]);
    }
}

using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli.BulkScoring;

/// <summary>What the command line of 'mlcnn score' asks for.</summary>
internal sealed record ScoreRequest
{
    public required string Model { get; init; }

    public required DataSource Data { get; init; }

    /// <summary>The file, with the shard in its name.</summary>
    public required string Out { get; init; }

    public required ScoreFormat Format { get; init; }

    public required Shard Shard { get; init; }

    public required ScoreOptions Options { get; init; }

    public required BadImageHandling OnBadImage { get; init; }

    /// <summary>Whether what there is of an earlier run is thrown away.</summary>
    public required bool Restart { get; init; }

    /// <summary>The network as the options want it.</summary>
    public CnnClassifier LoadNetwork(Microsoft.ML.MLContext mlContext)
    {
        var network = ModelFile.LoadClassifier(mlContext, Model);
        if (Options.TestTime is { } views)
            network = network.WithTestTimeAugmentation(TestTimeAugmentation.Parse(views));
        return Options.Precision is { } numbers ? ImageScoring.InPrecision(network, numbers) : network;
    }
}

using System.CommandLine;

namespace MlCnn.Cli.Commands;

/// <summary>What of mlcnn train is about images without labels.</summary>
internal sealed class UnlabeledOptions
{
    private readonly Option<DataSource?> _data = CommandOptions.Parsed<DataSource?>("--unlabeled", "SRC",
        "Images without labels, of the classes of --data, that are learned too, by the classes that the network is sure of (FixMatch): where labels are few. "
        + "Of a folder all images are taken, in itself and below; of others the labels are not read. Default: none.", required: false, DataSource.Parse);

    private readonly Option<double?> _threshold = CommandOptions.Fraction("--pseudo-threshold",
        "The probability from which on a class counts as an unlabeled image's label, above 0 and below 1. Default: 0.95.", includesZero: false);

    private readonly Option<int?> _ratio = CommandOptions.Number("--pseudo-ratio",
        "Unlabeled images for each labeled one of a step, at least 1. Default: 7.", least: 1);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _threshold, _ratio])
            command.Add(option);
    }

    /// <summary>What the command line says; null: nothing.</summary>
    public UnlabeledRequest? Read(ParseResult result)
    {
        var (threshold, ratio) = (result.GetValue(_threshold), result.GetValue(_ratio));
        if (result.GetValue(_data) is { } source)
            return new(source, threshold, ratio);
        return threshold is null && ratio is null ? null
            : throw new UsageException("--pseudo-threshold and --pseudo-ratio say how images without labels are learned: give them with --unlabeled.");
    }
}

/// <summary>Images without labels, and how they are learned; null: as the library does.</summary>
internal sealed record UnlabeledRequest(DataSource Source, double? Threshold, int? Ratio);

using System.CommandLine;
using Ml.Cnn.Experiments.S3;

namespace MlCnn.Cli.Commands;

/// <summary>Stores of experiments' files, as the command line names them.</summary>
internal static class TrialStores
{
    /// <summary>The option --store.</summary>
    public static Option<string> Option(string description) => CommandOptions.Text("--store", "s3://BUCKET/PREFIX", description
        + " The environment says how it is reached, as for every program of AWS: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and "
        + "AWS_ENDPOINT_URL for a store that is not Amazon's.", required: false);

    /// <exception cref="CommandException">The text names no store, or it cannot be used.</exception>
    public static S3TrialStore Open(string text)
    {
        try
        {
            return S3TrialStore.Parse(text);
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            throw new CommandException($"--store: {e.Message}", e);
        }
    }
}

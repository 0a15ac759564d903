using System.CommandLine;
using System.Globalization;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn weights: published weights, and those that are here.</summary>
internal static class WeightsCommand
{
    private const string Cache = "The environment variable MLCNN_CACHE names the folder of downloads, MLCNN_MIRROR another address to download from.";

    public static Command Create() => new("weights", $"Lists, downloads and checks published weights. {Cache}") { List(), Get(), Verify() };

    private static Command List()
    {
        var json = CommandOptions.Json();
        var architecture = CommandOptions.Text("--arch", "NAME", "Only those of this network.", required: false);
        var command = new Command("list", "Lists published weights, how good they are, and which are here.") { architecture, json };
        command.SetAction(result =>
        {
            var cache = OpenCache();
            var wanted = result.GetValue(architecture);
            var weights = PretrainedWeights.All.Where(w => wanted is null || string.Equals(w.Architecture, wanted, StringComparison.OrdinalIgnoreCase))
                .ToArray();
            if (weights.Length == 0)
                throw new UsageException($"--arch: there are no published weights of '{wanted}'.");
            if (result.GetValue(json))
                JsonOutput.Write(new WeightsResult(cache.Folder, [.. weights.Select(w => Describe(w, cache))]));
            else
                Messages.Output.Write(Table(weights, cache));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Get()
    {
        var name = Name();
        var json = CommandOptions.Json();
        var command = new Command("get", $"Downloads weights unless they are here, and tells their file. {Cache}") { name, json };
        command.SetAction(result =>
        {
            var (weights, cache) = (Find(result.GetRequiredValue(name)), OpenCache());
            var path = DownloadDisplay.Show(progress => cache.Get(weights, progress));
            if (result.GetValue(json))
                JsonOutput.Write(new WeightsFileResult(weights.Name, path, IsRight: true));
            else
                Messages.Output.WriteLine(path);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Verify()
    {
        var name = Name();
        var file = CommandOptions.Text("--file", "FILE", "The file to check. Default: the one in the folder of downloads.", required: false);
        var json = CommandOptions.Json();
        var command = new Command("verify", "Checks a file of weights by its published SHA-256 and by reading it whole.") { name, file, json };
        command.SetAction(result =>
        {
            var (weights, cache) = (Find(result.GetRequiredValue(name)), OpenCache());
            var path = result.GetValue(file) ?? cache.PathOf(weights);
            if (!File.Exists(path))
                throw new CommandException($"There is no file '{path}'. 'mlcnn weights get {weights.Name}' downloads it.");
            var isRight = Messages.While("Reading", () => cache.Verify(weights, path));
            if (isRight)
                WeightsFile.Read(path).Dispose();
            if (result.GetValue(json))
                JsonOutput.Write(new WeightsFileResult(weights.Name, path, isRight));
            else if (isRight)
                Messages.Output.WriteLine($"{path} is {weights.Name}.");
            if (!isRight)
                Messages.Error($"'{path}' is not {weights.Name}: its SHA-256 does not begin with {weights.Sha256Prefix}.");
            return isRight ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Published weights, such as resnet50 or ResNet50_Weights.IMAGENET1K_V1." };

    private static WeightsCache OpenCache()
    {
        try
        {
            return new();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Messages.Describe(e));
        }
    }

    private static PretrainedWeights Find(string name)
    {
        try
        {
            return PretrainedWeights.Find(name);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Messages.Describe(e));
        }
    }

    private static WeightsEntry Describe(PretrainedWeights weights, WeightsCache cache) => new(
        weights.Name, weights.Architecture, weights.IsDefault, weights.Address.AbsoluteUri, weights.FileName, weights.Sha256Prefix, weights.TensorBytes,
        weights.Classes, [weights.Preprocessing.Channels, weights.Preprocessing.Height, weights.Preprocessing.Width],
        weights.Preprocessing.ResizeShortSide, weights.Top1Accuracy, weights.Top5Accuracy, weights.License?.AbsoluteUri, cache.Contains(weights));

    private static Table Table(IEnumerable<PretrainedWeights> all, WeightsCache cache)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("Network").NoWrap());
        table.AddColumn(new TableColumn("Weights").NoWrap());
        foreach (var heading in (string[])["Pixels", "Top-1", "Top-5", "MB"])
            table.AddColumn(new TableColumn(heading).NoWrap().RightAligned());
        table.AddColumn(new TableColumn("").NoWrap());
        foreach (var weights in all)
        {
            string[] cells =
            [
                weights.Architecture, weights.Name, weights.Preprocessing.Height.ToString(CultureInfo.InvariantCulture),
                Percent(weights.Top1Accuracy), Percent(weights.Top5Accuracy),
                FormattableString.Invariant($"{weights.TensorBytes / 1e6:0}"), cache.Contains(weights) ? "here" : "",
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        return table;
    }

    private static string Percent(double? share) => share is { } known ? FormattableString.Invariant($"{known * 100:0.0} %") : "";
}

using System.CommandLine;
using Ml.Cnn.OnnxConverter;
using MlCnn.Cli.Display;
using MlCnn.Cli.Exports;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn export: a trained network for programs that do not know this library.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> s_model = CommandOptions.Model();

    private static readonly Option<string> s_out = CommandOptions.Text("--out", "FILE",
        $"Where to save it, such as network{ExportFormat.All[0].Endings[0]}. The ending tells the format: "
        + $"{string.Join("; ", ExportFormat.All.Select(format => $"{string.Join(" or ", format.Endings)} for {format.Name}"))}.", required: true);

    private static readonly Option<string> s_format = CommandOptions.OneOf("--format", "The format, where the ending does not tell.",
        [.. ExportFormat.All.Select(format => format.Name)]);

    private static readonly Option<bool> s_json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("export", "Writes a trained network for other programs: as ONNX or TorchScript, its weights alone, or for services "
            + "without libtorch.")
        {
            s_model, s_out, s_format,
        };
        foreach (var option in ExportFormat.All.SelectMany(format => format.Options).Distinct())
            command.Add(option);
        command.Add(s_json);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        var (modelPath, path) = (result.GetRequiredValue(s_model), result.GetRequiredValue(s_out));
        var format = FormatOf(path, result.GetValue(s_format));
        CheckOptions(format, result);
        OutputFile.CheckWritable(path, "network" + format.Endings[0]);
        var model = ModelFile.LoadPipeline(Messages.CreateContext(), modelPath);
        var network = ModelFile.NetworkOf(model, modelPath);
        var exported = Messages.While("Exporting", () => format.Write(model, network, path, result));
        var bytes = new FileInfo(path).Length;
        if (result.GetValue(s_json))
        {
            JsonOutput.Write(new ExportResult(network.Name, format.Name, exported.Input, exported.Output, bytes, exported.LargestDifference, path)
            {
                Quantization = exported.Quantization is { } costs ? Entry(costs) : null,
            });
            return ExitCode.Success;
        }
        Messages.Output.WriteLine(FormattableString.Invariant($"Saved {path}: {network.Name} as {format.Name}, {bytes / 1048576.0:0.0} MiB."));
        if (exported is { Input: { } input, Output: { } output, LargestDifference: { } difference })
        {
            Messages.Output.WriteLine(FormattableString.Invariant(
                $"It takes {input} and gives {output}; run on drawn images, they differ from the network's by at most {difference:0.0e0}."));
        }
        if (exported.Quantization is { } report)
            QuantizationTable.Write(report, exported.Input, exported.Output);
        return ExitCode.Success;
    }

    private static QuantizationEntry Entry(OnnxQuantizationReport report) => new(report.CalibrationImages, report.EvaluationImages, report.Float32Accuracy,
        report.Accuracy, report.Disagreement, report.Float32Bytes, report.Float32ImagesPerSecond, report.ImagesPerSecond, report.IntegerNodes.Count,
        report.Float32Nodes);

    private static ExportFormat FormatOf(string path, string? name)
    {
        if (name is not null)
            return ExportFormat.All.First(format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        var ending = Path.GetExtension(path);
        return ExportFormat.All.FirstOrDefault(format => format.Endings.Contains(ending, StringComparer.OrdinalIgnoreCase))
            ?? throw new UsageException($"--out: the ending of '{path}' tells no format. Give it one of "
                + $"{string.Join(", ", ExportFormat.All.SelectMany(format => format.Endings))}, or say --format.");
    }

    // An option of another format would do nothing without a word.
    private static void CheckOptions(ExportFormat format, ParseResult result)
    {
        foreach (var other in ExportFormat.All)
        {
            if (other.Options.Except(format.Options).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } wrong)
            {
                var takers = ExportFormat.All.Where(each => each.Options.Contains(wrong)).Select(each => each.Name);
                throw new UsageException($"{wrong.Name} goes with --format {string.Join(" or ", takers)}, not with {format.Name}.");
            }
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn import: a model from weights that others trained.</summary>
internal static class ImportCommand
{
    private static readonly Dictionary<string, Interpolation> s_interpolations = new(StringComparer.OrdinalIgnoreCase)
    {
        ["bilinear"] = Interpolation.Bilinear,
        ["bicubic"] = Interpolation.Bicubic,
    };

    private static readonly Option<string> s_architecture = CommandOptions.Architecture(
        "The network that the weights are of, such as resnet18; 'mlcnn models' lists them all. Or an ONNX file with a network, such as net.onnx.");

    private static readonly Option<string> s_weights = CommandOptions.Text("--weights", "FILE|NAME",
        "The weights: a .pth, .pt or .safetensors file, or the name of published ones, such as resnet50 or resnet50:IMAGENET1K_V1; 'mlcnn weights list' "
        + "lists them. "
        + "They are downloaded where they are not here yet. Default: those of --arch's file.", required: false);

    private static readonly Option<string> s_key = CommandOptions.Text("--weights-key", "KEY",
        "The entry of a checkpoint that holds the weights, such as state_dict. Default: the usual one, and averaged weights (state_dict_ema, model_ema) "
        + "before plain ones.", required: false);

    private static readonly Option<string> s_labels = CommandOptions.Text("--labels", "FILE",
        "The classes in the order of the scores, one on a line. Default: ImageNet's where the weights tell 1000 apart, else class0, class1, ….",
        required: false);

    private static readonly Option<int?> s_resize = CommandOptions.Number("--resize",
        "The length in pixels that an image's short side is resized to before its middle is cut out. Default: as the published weights, which the output "
        + "names.", least: 1);

    private static readonly Option<int?> s_crop = CommandOptions.Number("--crop", "Height and width of the network's input in pixels. Default: likewise.",
        least: 1);

    private static readonly Option<float[]> s_mean = Numbers("--mean", "Mean of each channel, for pixels from 0 to 1, such as 0.485,0.456,0.406. Default: "
        + "likewise.");

    private static readonly Option<float[]> s_deviation = Numbers("--std", "Standard deviation of each channel, such as 0.229,0.224,0.225. Default: likewise.");

    private static readonly Option<string> s_interpolation =
        CommandOptions.OneOf("--interpolation", "The filter for resizing. Default: likewise.", [.. s_interpolations.Keys]);

    private static readonly Option<string> s_model = CommandOptions.Text("--out", "FILE", "Where to save the model, such as model.zip.", required: true);

    private static readonly Option<bool> s_json = CommandOptions.Json();

    public static Command Create()
    {
        var command = new Command("import", "Makes a model from published weights, a file of PyTorch or an ONNX file, with no training.")
        {
            s_architecture, s_weights, s_key, s_labels, s_resize, s_crop, s_mean, s_deviation, s_interpolation, s_model, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        var (name, modelPath) = (result.GetRequiredValue(s_architecture), result.GetRequiredValue(s_model));
        if (!NetworkChoice.IsFile(name) && result.GetValue(s_weights) is null)
            throw new UsageException("Option '--weights' is required: the library's networks come without any.");
        OutputFile.CheckWritable(modelPath, "model.zip");
        var options = new CnnImportOptions
        {
            ClassNames = result.GetValue(s_labels) is { } labels ? ReadLabels(labels) : null,
            FeatureColumnName = DataSource.ImageColumn,
            WeightsKey = result.GetValue(s_key),
            ResizeShortSide = result.GetValue(s_resize),
            ImageSize = result.GetValue(s_crop),
            Mean = Given(result.GetValue(s_mean)),
            Deviation = Given(result.GetValue(s_deviation)),
            Interpolation = result.GetValue(s_interpolation) is { } interpolation ? s_interpolations[interpolation] : null,
        };
        var architecture = NetworkChoice.Find(name);
        var mlContext = Messages.CreateContext();
        var (network, report) = DownloadDisplay.Show(progress => Import(mlContext, architecture, result.GetValue(s_weights), options, progress));
        Save(mlContext, network, modelPath);
        if (result.GetValue(s_json))
        {
            var (shape, preprocessing) = (network.Shape, network.Preprocessing);
            JsonOutput.Write(new ImportResult(architecture.Name, shape.Classes, [shape.Channels, shape.Height, shape.Width], preprocessing.ResizeShortSide,
                preprocessing.Interpolation.ToString().ToLowerInvariant(), preprocessing.Normalization.Mean, preprocessing.Normalization.Deviation,
                report.PreprocessingReason, report.Key, report.OtherKeys, report.Weights.Prefix, report.NonFiniteTensors, modelPath));
        }
        else
            Describe(architecture, network, report, modelPath);
        return ExitCode.Success;
    }

    private static void Describe(Architecture architecture, CnnTransformer network, CnnImportReport report, string modelPath)
    {
        var (shape, preprocessing) = (network.Shape, network.Preprocessing);
        List<string> places = [];
        if (report.Key.Length > 0)
            places.Add($"under '{report.Key}'");
        if (report.Weights.Prefix.Length > 0)
            places.Add($"after '{report.Weights.Prefix}'");
        if (places.Count > 0)
            Messages.Output.WriteLine($"Weights: the names {string.Join(", ", places)}.");
        var resize = preprocessing.ResizeShortSide is { } side
            ? FormattableString.Invariant($"short side to {side} pixels, middle {shape.Width}×{shape.Height}")
            : FormattableString.Invariant($"to {shape.Width}×{shape.Height} pixels");
        Messages.Output.WriteLine($"Images: {resize}, {preprocessing.Interpolation.ToString().ToLowerInvariant()}, "
            + $"mean {Join(preprocessing.Normalization.Mean)}, deviation {Join(preprocessing.Normalization.Deviation)}: as {report.PreprocessingReason}.");
        Messages.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Saved {architecture.Name} for {shape.Classes} classes, {shape.Width}×{shape.Height} pixels, to {modelPath}."));

        static string Join(IEnumerable<float> values) => string.Join(", ", values.Select(value => value.ToString("0.####", CultureInfo.InvariantCulture)));
    }

    private static (CnnTransformer Network, CnnImportReport Report) Import(MLContext mlContext, Architecture architecture, string? weights,
        CnnImportOptions options, DownloadDisplay progress)
    {
        try
        {
            options.DownloadProgress = progress;
            CnnImportReport report;
            return (weights is null ? mlContext.Model.ImportCnn(architecture, options, out report)
                : mlContext.Model.ImportCnn(architecture, weights, options, out report), report);
        }
        catch (FileNotFoundException e)
        {
            throw new CommandException($"--weights: {e.Message}", e);
        }
        catch (ArgumentException e) when (e.ParamName is "name" or "weights") // a name that is none, or another network's
        {
            throw new UsageException($"--weights: {Messages.Describe(e)}");
        }
    }

    // An option of several values that is not given is an empty array.
    private static float[]? Given(float[]? values) => values is { Length: > 0 } ? values : null;

    private static Option<float[]> Numbers(string name, string description) => CommandOptions.Parsed(name, "X,X,X", description, required: false, text =>
    {
        var numbers = text.Split(',').Select(part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && float.IsFinite(number) ? number
            : throw new FormatException($"{name} must be numbers with commas between, one for each channel, such as 0.485,0.456,0.406, not '{text}'."));
        return numbers.ToArray();
    });

    // With the loading of files before it, so that any ML.NET program can use the model as one that was trained on files.
    private static void Save(MLContext mlContext, CnnTransformer network, string path)
    {
        var none = mlContext.Data.LoadFromEnumerable(Array.Empty<ImageFile>());
        var loading = mlContext.Transforms.LoadRawImageBytes(DataSource.ImageColumn, null, DataSource.PathColumn).Fit(none);
        var scored = network.Transform(loading.Transform(none));
        var labels = mlContext.Transforms.Conversion.MapKeyToValue(network.PredictedLabelColumnName).Fit(scored);
        mlContext.Model.SaveAtomically(loading.Append(network).Append(labels), none.Schema, path);
    }

    private static string[] ReadLabels(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--labels: '{path}' cannot be read: {e.Message}", e);
        }
    }
}

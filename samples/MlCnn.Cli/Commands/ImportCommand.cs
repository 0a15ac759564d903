using System.CommandLine;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn import: a model from weights that others trained.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var architecture = CommandOptions.Architecture("The network that the weights are of, such as resnet18; 'mlcnn models' lists them all.");
        var weights = CommandOptions.Text("--weights", "FILE|NAME",
            "The weights: a .pth, .pt or .safetensors file, or the name of published ones, such as resnet50 or resnet50:IMAGENET1K_V1; 'mlcnn weights list' lists them. They are downloaded where they are not here yet.", required: true);
        var labels = CommandOptions.Text("--labels", "FILE", "The classes in the order of the scores, one on a line. Default: ImageNet's where the weights tell 1000 apart, else class0, class1, ….", required: false);
        var model = CommandOptions.Text("--out", "FILE", "Where to save the model, such as model.zip.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("import", "Makes a model from published weights or from a file of PyTorch, with no training.") { architecture, weights, labels, model, json };
        command.SetAction(result => Run(result.GetRequiredValue(architecture), result.GetRequiredValue(weights), result.GetValue(labels), result.GetRequiredValue(model), result.GetValue(json)));
        return command;
    }

    private static int Run(Architecture architecture, string weights, string? labelsPath, string modelPath, bool json)
    {
        OutputFile.CheckWritable(modelPath, "model.zip");
        var labels = labelsPath is null ? null : ReadLabels(labelsPath);
        var mlContext = Messages.CreateContext();
        var network = DownloadDisplay.Show(progress => Import(mlContext, architecture, weights, labels, progress));
        Save(mlContext, network, modelPath);

        var (shape, preprocessing) = (network.Shape, network.Preprocessing);
        if (json)
            JsonOutput.Write(new ImportResult(architecture.Name, shape.Classes, [shape.Channels, shape.Height, shape.Width], preprocessing.ResizeShortSide, modelPath));
        else
            Messages.Output.WriteLine(FormattableString.Invariant($"Saved {architecture.Name} for {shape.Classes} classes, {shape.Width}×{shape.Height} pixels, to {modelPath}."));
        return ExitCode.Success;
    }

    private static CnnTransformer Import(MLContext mlContext, Architecture architecture, string weights, string[]? labels, DownloadDisplay progress)
    {
        try
        {
            return mlContext.Model.ImportCnn(architecture.Name, weights, new CnnImportOptions
            {
                ClassNames = labels,
                FeatureColumnName = DataSource.ImageColumn,
                DownloadProgress = progress,
            });
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

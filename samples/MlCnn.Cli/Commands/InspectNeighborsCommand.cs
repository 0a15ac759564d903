using System.CommandLine;
using Ml.Cnn.Inspection;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect neighbors: the images of a data set that are most like an image for the network.</summary>
internal static class InspectNeighborsCommand
{
    private const int DefaultCount = 12;

    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC", $"The images that are compared: {DataSource.Forms}.", required: true, DataSource.Parse);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var image = CommandOptions.Text("--image", "FILE", "The image that they are compared with, of any format that is read.", required: true);
        var count = CommandOptions.Number("--count", "How many neighbors, at least 1.", least: 1);
        count.DefaultValueFactory = _ => DefaultCount;
        var output = CommandOptions.Text("--out", "FILE", "Where to save the picture, a PNG such as neighbors.png.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("neighbors", "Finds the images that are most like an image for the network, by its features, and draws them.")
        {
            model, data, allowEmpty, image, count, output, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "neighbors.png");
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadNetwork(mlContext, result.GetRequiredValue(model));
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var view = ImageScoring.Prepare(mlContext, network, source.Load(mlContext, DataRole.Evaluation), source.IsFiles);
            var found = Messages.While("Looking",
                () => network.Neighbors(view, result.GetRequiredValue(image), result.GetValue(count) ?? DefaultCount));
            OutputFile.Write(path, found.ToPng());
            if (result.GetValue(json))
            {
                JsonOutput.Write(new NeighborsResult(found.Layer, found.Scored, [.. found.Images.Select(neighbor =>
                    new NeighborEntry(neighbor.Row, neighbor.Similarity, [neighbor.ImageSize.Width, neighbor.ImageSize.Height]))], path));
            }
            else
            {
                Messages.Output.WriteLine($"Saved {path}: {found}.");
            }
            return ExitCode.Success;
        });
        return command;
    }
}

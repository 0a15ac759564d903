using System.CommandLine;
using Ml.Cnn.Inspection;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect maximal: the images of a data set that excite a channel most.</summary>
internal static class InspectMaximalCommand
{
    private const int DefaultImages = 12;

    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC", $"The images: {DataSource.Forms}.", required: true, DataSource.Parse);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var layer = CommandOptions.Text("--layer", "NAME",
            "The layer, by its name in 'mlcnn summary', or a part of the network, such as layer3, for the last in it.", required: true);
        var channel = CommandOptions.Number("--channel", "The channel of the layer, from 0. Default: 0.", least: 0);
        var images = CommandOptions.Number("--images", "How many images, at least 1.", least: 1);
        images.DefaultValueFactory = _ => DefaultImages;
        var output = CommandOptions.Text("--out", "FILE", "Where to save the picture, a PNG such as maximal.png.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("maximal", "Finds the images that excite a channel of a layer most, and draws them with the part that does.")
        {
            model, data, allowEmpty, layer, channel, images, output, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "maximal.png");
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadNetwork(mlContext, result.GetRequiredValue(model));
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var view = ImageScoring.Prepare(mlContext, network, source.Load(mlContext, DataRole.Evaluation), source.IsFiles);
            var found = Messages.While("Looking", () => network.MaximalImages(view, result.GetRequiredValue(layer), result.GetValue(channel) ?? 0,
                result.GetValue(images) ?? DefaultImages));
            OutputFile.Write(path, found.ToPng());
            if (result.GetValue(json))
            {
                JsonOutput.Write(new MaximalResult(found.Layer, found.Channel, found.Scored, [.. found.Images.Select(image =>
                    new MaximalEntry(image.Row, image.Response, [image.Place.X, image.Place.Y, image.Place.Width, image.Place.Height]))], path));
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

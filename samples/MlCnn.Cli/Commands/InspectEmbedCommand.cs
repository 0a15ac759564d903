using System.CommandLine;
using Ml.Cnn.Inspection;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect embed: the images of a data set as points in the plane.</summary>
internal static class InspectEmbedCommand
{
    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC", $"The images: {DataSource.Forms}.", required: true, DataSource.Parse);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var layer = CommandOptions.Text("--layer", "NAME", "The layer whose output places the images, by its name in 'mlcnn summary', or a part of the "
            + "network, such as layer3, for the last in it. Default: the one before the head.", required: false);
        var images = new Option<bool>("--images") { Description = "Draw the images themselves instead of points." };
        var output = CommandOptions.Text("--out", "FILE", "Where to save the picture, a PNG such as points.png.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("embed", "Draws the images of a data set as points in the plane, where those lie near each other that are alike for the "
            + "network: the first two principal components of its features.")
        {
            model, data, allowEmpty, layer, images, output, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "points.png");
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadNetwork(mlContext, result.GetRequiredValue(model));
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var view = ImageScoring.Prepare(mlContext, network, source.Load(mlContext, DataRole.Evaluation), source.IsFiles);
            var embedding = Messages.While("Looking", () => network.Embed(view, new() { Layer = result.GetValue(layer) }));
            OutputFile.Write(path, result.GetValue(images) ? embedding.ToImageMapPng() : embedding.ToPng());
            if (result.GetValue(json))
            {
                JsonOutput.Write(new EmbedResult(embedding.Layer, embedding.Length, embedding.FirstShare, embedding.SecondShare,
                    [.. embedding.Images.Select(image => new EmbedEntry(image.Row, image.Label, image.X, image.Y))], path));
            }
            else
            {
                Messages.Output.WriteLine($"Saved {path}: {embedding}.");
            }
            return ExitCode.Success;
        });
        return command;
    }
}

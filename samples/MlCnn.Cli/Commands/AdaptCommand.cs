using System.CommandLine;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn adapt --json.</summary>
/// <param name="BadImages">How many images could not be read, and were left out.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record AdaptResult(int BadImages, string Model);

/// <summary>mlcnn adapt: a model for images of another domain, from unlabeled ones.</summary>
internal static class AdaptCommand
{
    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC",
            $"Images of the new domain, {CnnAdaptationOptions.LeastImages} or more, the classes about as often as they will be scored: {DataSource.Forms}. "
            + "Labels are not needed: of a folder all images are read, in itself and below.", required: true, DataSource.Parse);
        var most = CommandOptions.Number("--most-images", "The most images to compute from, at least 2; drawn where there are more. Default: all.", least: 2);
        var sourceImages = CommandOptions.Number("--source-images",
            "How many images of the new domain the statistics of training count as, at least 0, such as 64 where there are few images. Default: 0.", least: 0);
        var onBadImage = CommandOptions.OnBadImage("Whether an image that cannot be read ends the command, or is left out.", BadImageHandling.Fail);
        var output = CommandOptions.Text("--out", "FILE", "Where to save the adapted model, such as adapted.zip.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("adapt", "Adapts a model to other cameras, light or scanners: the statistics of its batch normalization are computed anew "
            + "from unlabeled images (AdaBN). Weights stay. Measure both models with 'mlcnn evaluate' where there are labels.")
        {
            model, data, most, sourceImages, onBadImage, output, json,
        };
        command.SetAction(result =>
        {
            var (source, path) = (result.GetRequiredValue(model), result.GetRequiredValue(output));
            OutputFile.CheckWritable(path, "adapted.zip");
            var mlContext = Messages.CreateContext();
            var pipeline = ModelFile.LoadPipeline(mlContext, source);
            var network = ModelFile.NetworkOf(pipeline, source);
            var images = result.GetRequiredValue(data);
            var prepared = ImageScoring.Prepare(mlContext, network, UnlabeledImages.Load(mlContext, images), images.IsFiles);
            using var careful = network.WithBadImages(result.GetValue(onBadImage) ?? BadImageHandling.Fail);
            using var adapted = Messages.While("Looking at the images", () => careful.AdaptTo(prepared, new()
            {
                MostImages = result.GetValue(most),
                SourceImages = result.GetValue(sourceImages) ?? 0,
            }));
            pipeline.SaveWith(mlContext, adapted.WithBadImages(network.OnBadImage), path);
            if (result.GetValue(json))
                JsonOutput.Write(new AdaptResult(adapted.BadImages.Count, path));
            else
                Messages.Output.WriteLine($"Saved to {path}. Compare both where there are labels: mlcnn evaluate --model {path} --data SRC");
            return ExitCode.Success;
        });
        return command;
    }
}

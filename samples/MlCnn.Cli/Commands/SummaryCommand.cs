using System.CommandLine;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn summary: a network as a table of its layers.</summary>
internal static class SummaryCommand
{
    public static Command Create()
    {
        var architecture = CommandOptions.Architecture(required: false);
        var model = CommandOptions.Model(required: false);
        var classes = CommandOptions.Number("--classes", "How many classes, at least 1. Default: what the network was designed for.", least: 1);
        var imageSize = CommandOptions.Number("--image-size",
            "Height and width of the images in pixels. Default: what the network was designed for.", least: 1);
        var channels = CommandOptions.Number("--channels", "Channels of the images, at least 1. Default: what the network was designed for.", least: 1);
        var json = CommandOptions.Json();
        var command = new Command("summary", "Lists a network's layers with their shapes, parameters and multiply-adds. Say --arch or --model.")
        {
            architecture, model, classes, imageSize, channels, json,
        };
        command.SetAction(result =>
        {
            var summary = (result.GetValue(architecture), result.GetValue(model)) switch
            {
                ({ } network, null) => Of(NetworkChoice.Find(network), result.GetValue(classes), result.GetValue(imageSize), result.GetValue(channels)),
                (null, { } path) when (result.GetValue(classes) ?? result.GetValue(imageSize) ?? result.GetValue(channels)) is null =>
                    CnnSummary.Of(ModelFile.LoadNetwork(Messages.CreateContext(), path)),
                (null, not null) => throw new UsageException("--classes, --image-size and --channels go with --arch: a trained model has its own."),
                _ => throw new UsageException("Say either --arch or --model."),
            };
            Console.Out.WriteLine(result.GetValue(json) ? summary.ToJson() : summary.ToString(Messages.Output.Profile.Width));
            return ExitCode.Success;
        });
        return command;
    }

    private static CnnSummary Of(Architecture architecture, int? classes, int? imageSize, int? channels)
    {
        if (imageSize < architecture.MinimumImageSize)
            throw new UsageException(
                $"--image-size: {architecture.Name} needs images of at least {architecture.MinimumImageSize}×{architecture.MinimumImageSize} pixels.");
        return CnnSummary.Of(architecture, classes, imageSize, channels);
    }
}

using System.CommandLine;
using Ml.Cnn.Inspection;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect: pictures of what a trained network has learned.</summary>
internal static class InspectCommand
{
    private const int DefaultMaps = 100;

    public static Command Create() => new("inspect", "Draws what a trained network has learned: its filters, its responses to an image, and heat maps.")
    {
        Kernels(), Features(), HeatMap(), InspectMethodsCommand.Create(), InspectMaximalCommand.Create(),
        InspectDreamCommand.Create(), InspectEmbedCommand.Create(), InspectNeighborsCommand.Create(),
    };

    private static Command Kernels()
    {
        var (model, output, json) = (CommandOptions.Model(), Output("kernels.png"), CommandOptions.Json());
        var layer = Layer("The convolution, by its name in 'mlcnn summary', or a part of the network, such as layer2, for the first in it. "
            + "Default: the first.");
        var command = new Command("kernels", "Draws the filters of a convolution, in color where they look at the colors of images.")
        {
            model, layer, output, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "kernels.png");
            var network = ModelFile.LoadNetwork(Messages.CreateContext(), result.GetRequiredValue(model));
            var kernels = network.Kernels(result.GetValue(layer));
            OutputFile.Write(path, kernels.ToPng());
            if (result.GetValue(json))
                JsonOutput.Write(new KernelsResult(kernels.Layer, kernels.Filters, [kernels.Channels, kernels.Height, kernels.Width], kernels.IsColor, path));
            else
                Messages.Output.WriteLine($"Saved {path}: {kernels}.");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Features()
    {
        var (model, image, output, json) = (CommandOptions.Model(), Image(), Output("features.png"), CommandOptions.Json());
        var layer = Layer("A layer, by its name in 'mlcnn summary', or a part of the network, such as layer2, for the last in it. Default: every convolution.");
        var maps = CommandOptions.Number("--maps", "The most maps that are drawn of a layer, at least 1. Of very deep networks fewer are.", least: 1);
        maps.DefaultValueFactory = _ => DefaultMaps;
        var command = new Command("features", "Draws the responses of a layer to an image, a tile for each channel, or those of all convolutions.")
        {
            model, image, layer, maps, output, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "features.png");
            var network = ModelFile.LoadNetwork(Messages.CreateContext(), result.GetRequiredValue(model));
            var sheet = network.FeatureSheet(result.GetRequiredValue(image), result.GetValue(layer) is { } one ? [one] : null);
            OutputFile.Write(path, sheet.ToPng(result.GetValue(maps) ?? DefaultMaps));
            if (result.GetValue(json))
            {
                JsonOutput.Write(new FeaturesResult([.. sheet.Layers.Select(each =>
                    new FeatureEntry(each.Layer, each.Kind, each.Position, [each.Channels, each.Height, each.Width]))], path));
                return ExitCode.Success;
            }
            foreach (var each in sheet.Layers)
                Messages.Output.WriteLine($"{each}");
            Messages.Output.WriteLine($"Saved {path}.");
            return ExitCode.Success;
        });
        return command;
    }

    private static Command HeatMap()
    {
        var (model, image, output, json) = (CommandOptions.Model(), Image(), Output("map.png"), CommandOptions.Json());
        var layer = Layer("The layer that is looked at, by its name in 'mlcnn summary', or a part of the network, such as layer4, for the last in it. "
            + "Default: the last with height and width. Not for occlusion and integratedgradients.");
        var className = CommandOptions.Text("--class", "NAME", "The class that parts of the image speak for. Default: the predicted one.", required: false);
        var method = CommandOptions.Choice<CnnHeatMapMethod>("--method", "How the parts are found. Default: gradcam.");
        var testTime = CommandOptions.TestTime();
        var command = new Command("heatmap", "Draws over an image which of its parts speak for a class: red for the most, blue for nothing.")
        {
            model, image, layer, className, method, testTime, output, json,
        };
        command.SetAction(result =>
        {
            var options = new CnnHeatMapOptions
            {
                Layer = result.GetValue(layer),
                ClassName = result.GetValue(className),
                Method = result.GetValue(method) ?? CnnHeatMapMethod.GradCam,
            };
            if (options.Layer is not null && options.Method is CnnHeatMapMethod.Occlusion or CnnHeatMapMethod.IntegratedGradients)
                throw new UsageException($"--layer does not go with --method {Word(options.Method)}, which looks at no layer.");
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "map.png");
            var network = ModelFile.LoadNetwork(Messages.CreateContext(), result.GetRequiredValue(model));
            if (result.GetValue(testTime) is { } views)
                network = network.WithTestTimeAugmentation(views);
            return Save(Messages.While("Looking", () => network.HeatMap(result.GetRequiredValue(image), options)), path, result.GetValue(json));
        });
        return command;
    }

    private static int Save(CnnHeatMap map, string path, bool json)
    {
        OutputFile.Write(path, map.ToPng());
        if (json)
        {
            var place = map.Place;
            JsonOutput.Write(new HeatMapResult(map.ClassName, map.Score, Word(map.Method), map.Layer, map.LayerShape,
                [place.X, place.Y, place.Width, place.Height], map.Peak, path));
        }
        else
        {
            Messages.Output.WriteLine($"Saved {path}: {map}.");
            if (map.Peak == 0)
                Messages.Note($"By this method nothing in the image speaks for {map.ClassName}.");
        }
        return ExitCode.Success;
    }

    private static string Word(CnnHeatMapMethod method) => method.ToString().ToLowerInvariant();

    private static Option<string> Image() => CommandOptions.Text("--image", "FILE", "The image, of any format that is read.", required: true);

    private static Option<string> Layer(string description) => CommandOptions.Text("--layer", "NAME", description, required: false);

    private static Option<string> Output(string example) =>
        CommandOptions.Text("--out", "FILE", $"Where to save the picture, a PNG such as {example}.", required: true);
}

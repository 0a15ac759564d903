using System.CommandLine;
using System.Globalization;
using Ml.Cnn.Inspection;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect dream: images made by gradient ascent.</summary>
internal static class InspectDreamCommand
{
    public static Command Create()
    {
        var (model, json) = (CommandOptions.Model(), CommandOptions.Json());
        var className = CommandOptions.Text("--class", "NAME", "The class that the image is made for. Default: the first.", required: false);
        var layer = CommandOptions.Text("--layer", "NAME",
            "The layer whose channel is excited instead, by its name in 'mlcnn summary', or a part of the network, such as layer3, for the last in it.",
            required: false);
        var channel = CommandOptions.Number("--channel", "The channel of --layer, from 0. Default: 0.", least: 0);
        var count = CommandOptions.Number("--images", "Images on one sheet, for classes or channels from the given one on. Default: 1.", least: 1);
        var image = CommandOptions.Text("--image", "FILE", "The photo that is changed. Default: noise.", required: false);
        var steps = CommandOptions.Number("--steps", "Steps uphill, at least 1. Default: 256.", least: 1);
        var jitter = CommandOptions.Number("--jitter", "The most pixels of a shift before each step. Default: a sixteenth of the network's input.", least: 0);
        var blur = CommandOptions.Parsed<double?>("--blur", "X", "The deviation in pixels of the blur after every fourth step, 0 for none. Default: 1.",
            required: false, text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
                : throw new FormatException($"--blur must be a number of at least 0, written like 0.5, not '{text}'."));
        var seed = CommandOptions.Number("--seed", "Of the shifts and the noise. Default: 0.", least: 0);
        var output = CommandOptions.Text("--out", "FILE", "Where to save the picture, a PNG such as dream.png.", required: true);
        var command = new Command("dream", "Makes an image that excites a class or a channel of a layer: what it has learned to look for.")
        {
            model, className, layer, channel, count, image, steps, jitter, blur, seed, output, json,
        };
        command.SetAction(result =>
        {
            var defaults = new CnnDreamOptions();
            if (result.GetValue(layer) is null && result.GetValue(channel) is not null)
                throw new UsageException("--channel needs --layer.");
            if (result.GetValue(layer) is not null && result.GetValue(className) is not null)
                throw new UsageException("--class does not go with --layer: an image is made for one of them.");
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "dream.png");
            var network = ModelFile.LoadNetwork(Messages.CreateContext(), result.GetRequiredValue(model));
            var dreams = Messages.While("Dreaming", () => Targets(network, result.GetValue(className), result.GetValue(layer), result.GetValue(channel) ?? 0,
                result.GetValue(count) ?? 1).Select(target =>
            {
                var options = new CnnDreamOptions
                {
                    ClassName = target.ClassName,
                    Layer = target.Layer,
                    Channel = target.Channel,
                    Steps = result.GetValue(steps) ?? defaults.Steps,
                    Jitter = result.GetValue(jitter),
                    Blur = result.GetValue(blur) ?? defaults.Blur,
                    Seed = result.GetValue(seed) ?? defaults.Seed,
                };
                return result.GetValue(image) is { } photo ? network.Dream(photo, options) : network.Dream(options);
            }).ToArray());
            OutputFile.Write(path, dreams is [var one] ? one.ToPng() : CnnDream.SheetPng(dreams));
            if (result.GetValue(json))
            {
                JsonOutput.Write(new DreamResult([.. dreams.Select(dream =>
                    new DreamEntry(dream.ClassName, dream.Probability, dream.Layer, dream.Channel, dream.FirstResponse, dream.Response))], path));
                return ExitCode.Success;
            }
            foreach (var dream in dreams)
                Messages.Output.WriteLine($"{dream}");
            Messages.Output.WriteLine($"Saved {path}.");
            return ExitCode.Success;
        });
        return command;
    }

    // So many classes or channels from the given one on, as far as there are.
    private static IEnumerable<(string? ClassName, string? Layer, int Channel)> Targets(CnnTransformer network, string? className, string? layer, int channel,
        int count)
    {
        if (layer is not null)
            return Enumerable.Range(channel, count).Select(each => ((string?)null, (string?)layer, each));
        var names = network.ClassNames;
        var first = className is null ? 0 : names.ToList().IndexOf(className);
        return first < 0 ? [(className, null, 0)] // the library says which classes are near
            : names.Skip(first).Take(count).Select(name => ((string?)name, (string?)null, 0));
    }
}

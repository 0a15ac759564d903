using System.CommandLine;
using System.Diagnostics;
using Ml.Cnn.Inspection;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn inspect methods: which heat map tells most about a network's answers on images of one's own.</summary>
internal static class InspectMethodsCommand
{
    private const int DefaultImages = 20;
    private const int Steps = 28;

    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Image files, and folders, which stand for all images in them and below.",
        };
        var model = CommandOptions.Model();
        var count = CommandOptions.Number("--images", "How many of the images are taken, evenly spaced among them, at least 1.", least: 1);
        count.DefaultValueFactory = _ => DefaultImages;
        var json = CommandOptions.Json();
        var command = new Command("methods", "Scores every heat map method, and drawn maps, by insertion and deletion: the probability of the predicted class "
            + "while the pixels that matter most by the map are shown first, or taken away first. Takes a minute or more for each image.")
        {
            images, model, count, json,
        };
        command.SetAction(result =>
        {
            var files = Spaced(ImagePaths.Expand(result.GetRequiredValue(images)), result.GetValue(count) ?? DefaultImages);
            var network = ModelFile.LoadNetwork(Messages.CreateContext(), result.GetRequiredValue(model));
            var scores = Messages.While($"Scoring {files.Count} images", () => Score(network, files));
            if (result.GetValue(json))
                JsonOutput.Write(new MethodsResult(files.Count, scores));
            else
                Messages.Output.Write(Table(scores));
            return ExitCode.Success;
        });
        return command;
    }

    private static List<MethodEntry> Score(CnnTransformer network, IReadOnlyList<string> files)
    {
        var methods = Enum.GetValues<CnnHeatMapMethod>();
        var sums = methods.ToDictionary(method => method.ToString().ToLowerInvariant(), _ => new Sums());
        var drawn = new Sums();
        foreach (var (seed, file) in files.Index())
        {
            CnnHeatMap? any = null;
            var random = new Lazy<CnnHeatMapScore>(() => network.ScoreHeatMap(any!.Randomized(seed), Steps));
            foreach (var method in methods)
            {
                var watch = Stopwatch.StartNew();
                any = network.HeatMap(file, new() { Method = method, AllViews = false });
                var seconds = watch.Elapsed.TotalSeconds;
                sums[method.ToString().ToLowerInvariant()].Add(network.ScoreHeatMap(any, Steps), random.Value, seconds);
            }
            drawn.Add(random.Value, random.Value, seconds: 0);
        }
        return [.. sums.Select(sum => sum.Value.Entry(sum.Key, files.Count)), drawn.Entry("random", files.Count)];
    }

    private static IReadOnlyList<string> Spaced(IReadOnlyList<string> files, int count) => count >= files.Count ? files
        : [.. Enumerable.Range(0, count).Select(i => files[(int)((i + 0.5) * files.Count / count)])];

    private static Table Table(IEnumerable<MethodEntry> scores)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("Method").NoWrap());
        foreach (var heading in (string[])["Insertion", "Deletion", "Difference", "Better than random", "Seconds"])
            table.AddColumn(new TableColumn(heading).NoWrap().RightAligned());
        foreach (var score in scores.OrderByDescending(score => score.Insertion - score.Deletion))
        {
            table.AddRow([.. ((string[])
            [
                score.Method, Invariant($"{score.Insertion:0.000}"), Invariant($"{score.Deletion:0.000}"),
                Invariant($"{score.Insertion - score.Deletion:0.000}"),
                score.BetterThanRandom is { } share ? Invariant($"{share * 100:0} %") : "", score.Seconds > 0 ? Invariant($"{score.Seconds:0.00}") : "",
            ]).Select(Markup.Escape)]);
        }
        return table;

        static string Invariant(FormattableString text) => FormattableString.Invariant(text);
    }

    /// <summary>Sums over images.</summary>
    private sealed class Sums
    {
        private double _insertion;
        private double _deletion;
        private double _seconds;
        private int _better;

        public void Add(CnnHeatMapScore score, CnnHeatMapScore random, double seconds)
        {
            _insertion += score.Insertion;
            _deletion += score.Deletion;
            _seconds += seconds;
            if (score.Insertion - score.Deletion > random.Insertion - random.Deletion)
                _better++;
        }

        public MethodEntry Entry(string method, int images) => new(method, _insertion / images, _deletion / images,
            method == "random" ? null : (double)_better / images, _seconds / images);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn predict: the classes of image files.</summary>
internal static class PredictCommand
{
    private const int DefaultTop = 5;

    private const string Files = "The image files (JPEG, PNG, WebP, BMP or GIF). Put -- before a name that starts with a dash. "
        + "A model that was trained on MNIST or drawn digits expects what it has seen, a white digit on black: invert ink on paper first.";

    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE") { Arity = ArgumentArity.OneOrMore, Description = Files };
        var model = CommandOptions.Model();
        var top = CommandOptions.Number("--top", "How many of the most probable classes to show, at least 1 and at most all of them.", least: 1);
        top.DefaultValueFactory = _ => DefaultTop;
        var crops = CommandOptions.Crops();
        var json = CommandOptions.Json();
        var command = new Command("predict", "Tells the classes of images.") { images, model, top, crops, json };
        command.SetAction(result =>
        {
            CheckOptions(result);
            return Run(result.GetRequiredValue(model), result.GetRequiredValue(images), result.GetValue(top) ?? DefaultTop, result.GetValue(crops)!, result.GetValue(json));
        });
        return command;
    }

    // A command that takes files takes an unknown option for a file.
    private static void CheckOptions(ParseResult result)
    {
        var names = result.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).Skip(1).Select(t => t.Value).ToHashSet();
        foreach (var token in result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !names.Contains(token.Value))
                throw new UsageException($"Unknown option '{token.Value}'. If it is a file, put -- before it.");
        }
    }

    private static int Run(string modelPath, string[] files, int top, string crops, bool json)
    {
        var mlContext = Messages.CreateContext();
        var network = CommandOptions.With(ModelFile.LoadNetwork(mlContext, modelPath), crops);
        var data = mlContext.Data.LoadFromEnumerable(files.Select(file => new ImageFile { ImagePath = file }));
        var scored = ImageScoring.Score(mlContext, network, data, isFiles: true);

        var predictions = new List<PredictionEntry>();
        ImageScoring.ForEach(scored, network, (row, scores) => predictions.Add(Describe(files[row], scores, network.ClassNames, top)));
        var result = new PredictResult(predictions);
        if (json)
            JsonOutput.Write(result);
        else
            PredictionTable.Write(result);
        return ExitCode.Success;
    }

    private static PredictionEntry Describe(string file, ReadOnlySpan<float> scores, IReadOnlyList<string> classes, int top)
    {
        var best = scores.ToArray()
            .Select((probability, i) => new LabelEntry(classes[i], probability))
            .OrderByDescending(entry => entry.Probability)
            .Take(top)
            .ToArray();
        return new PredictionEntry(file, best[0].Label, best[0].Probability, best);
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn predict: the classes of image files.</summary>
internal static class PredictCommand
{
    private const int DefaultTop = 5;

    private const string Files = "Image files (JPEG, PNG, WebP, BMP or GIF), and folders, which stand for all images in them and below. "
        + "Put -- before a name that starts with a dash. "
        + "A model that was trained on MNIST or drawn digits expects what it has seen, a white digit on black: invert ink on paper first.";

    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE") { Arity = ArgumentArity.OneOrMore, Description = Files };
        var model = CommandOptions.Model();
        var top = CommandOptions.Number("--top", "How many of the most probable classes to show, at least 1 and at most all of them.", least: 1);
        top.DefaultValueFactory = _ => DefaultTop;
        var testTime = CommandOptions.TestTime();
        var onBadImage = CommandOptions.OnBadImage(
            "Whether an image that cannot be read is left out, or ends the command without predictions. Every such image is named.", BadImageHandling.Skip);
        var json = CommandOptions.Json();
        var command = new Command("predict", "Tells the classes of images.") { images, model, top, testTime, onBadImage, json };
        command.SetAction(result =>
        {
            CheckOptions(result);
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadClassifier(mlContext, result.GetRequiredValue(model));
            if (result.GetValue(testTime) is { } views)
                network = network.WithTestTimeAugmentation(views);
            return Run(mlContext, network, ImagePaths.Expand(result.GetRequiredValue(images)), result.GetValue(top) ?? DefaultTop,
                result.GetValue(onBadImage) ?? BadImageHandling.Skip, result.GetValue(json));
        });
        return command;
    }

    // A command that takes files takes an unknown option for a file.
    private static void CheckOptions(ParseResult result)
    {
        var names = result.Tokens.SkipWhile(t => t.Type != TokenType.DoubleDash).Skip(1).Select(t => t.Value).ToHashSet();
        foreach (var token in result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token is { Type: TokenType.Argument, Value: ['-', _, ..] } && !names.Contains(token.Value))
                throw new UsageException($"Unknown option '{token.Value}'. If it is a file, put -- before it.");
        }
    }

    private static int Run(MLContext mlContext, CnnClassifier network, IReadOnlyList<string> files, int top, BadImageHandling handling, bool json)
    {
        var data = mlContext.Data.LoadFromEnumerable(files.Select(file => new ImageFile { ImagePath = file }));
        var pass = new ScoringPass(ImageScoring.Score(mlContext, network, data, isFiles: true), network, handling);
        var (predictions, bad) = (new List<PredictionEntry>(), new List<BadImage>());
        var table = new PredictionTable(anyOther: top > 1 && network.ClassNames.Count > 1, network.Calibration?.Coverage);
        foreach (var image in pass.Images())
        {
            var file = files[image.Row];
            if (image.Defect is { } defect)
            {
                bad.Add(defect with { File = file });
                table.Add(bad[^1]);
                continue;
            }
            predictions.Add(Describe(file, image.Scores, network, top));
            table.Add(predictions[^1]);
        }
        var exitCode = pass.Conclude();
        if (json)
            JsonOutput.Write(new PredictResult(predictions, bad));
        else
            table.Write();
        return exitCode;
    }

    private static PredictionEntry Describe(string file, float[] scores, CnnClassifier network, int top)
    {
        var all = ImageScoring.BestClasses(scores, network.ClassNames, scores.Length);
        return new PredictionEntry(file, all[0].Label, all[0].Probability, all[..Math.Min(top, all.Length)])
        {
            Set = network.Calibration?.SetThreshold is { } threshold
                ? [.. all.TakeWhile(entry => entry.Probability >= (float)threshold).Select(entry => entry.Label)] : null,
        };
    }
}

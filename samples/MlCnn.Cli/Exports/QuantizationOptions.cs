using System.CommandLine;
using System.Globalization;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Commands;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Exports;

/// <summary>The options of 'mlcnn export --int8', and what they ask for.</summary>
internal static class QuantizationOptions
{
    private const double MostPoints = 100;

    private static readonly Option<bool> s_int8 = new("--int8")
    {
        Description = "Let the file compute with 8-bit integers: a quarter of the bytes, and faster on processors with instructions for it. Needs --calibrate. "
            + "Accuracy is measured before and after, and where too much is lost there is no file.",
    };

    private static readonly Option<DataSource> s_calibrate = CommandOptions.Parsed("--calibrate", "SRC",
        "Labeled images like those that the network will see, a few hundred, for --int8: the ranges of its values are chosen from one half of them, or from "
        + $"all with --evaluate; {DataSource.Forms}.", required: false, DataSource.Parse);

    private static readonly Option<DataSource> s_evaluate = CommandOptions.Parsed("--evaluate", "SRC",
        "Other labeled images, to measure the accuracy of --int8 with. Default: those of --calibrate that no range was chosen from.", required: false,
        DataSource.Parse);

    private static readonly Option<double?> s_maximumLoss = CommandOptions.Parsed<double?>("--max-loss", "X",
        "The most points of accuracy that --int8 may cost, 0 to 100. Default: 0.5, which is one image of 200; and then at most 5 % of the images may get "
        + "another class.", required: false, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var points) && points is >= 0 and <= MostPoints ? points
                : throw new FormatException($"--max-loss must be a number of points from 0 to 100, written like 0.5, not '{text}'."));

    public static IReadOnlyList<Option> All { get; } = [s_int8, s_calibrate, s_evaluate, s_maximumLoss];

    /// <summary>Whether integers are asked for.</summary>
    /// <exception cref="UsageException">An option goes with --int8, and that is missing; or the reverse.</exception>
    public static bool IsAskedFor(ParseResult result)
    {
        var asked = result.GetValue(s_int8);
        if (!asked && All.Skip(1).FirstOrDefault(option => result.GetResult(option) is not null) is { } alone)
            throw new UsageException($"{alone.Name} goes with --int8.");
        return !asked || result.GetValue(s_calibrate) is not null ? asked
            : throw new UsageException("--int8 needs images to choose the ranges of values from: --calibrate SRC.");
    }

    /// <summary>Writes the file.</summary>
    public static OnnxQuantizationReport Write(CnnTransformer network, string path, OnnxExportOptions export, ParseResult result)
    {
        var mlContext = Messages.CreateContext();
        var options = new OnnxQuantizationOptions { Export = export, LabelColumnName = DataSource.LabelColumn };
        if (result.GetValue(s_maximumLoss) is { } points)
            (options.MaximumLoss, options.MaximumDisagreement) = (points, null); // who says what may be lost says what counts
        var calibration = LabeledImages.Load(mlContext, network, result.GetRequiredValue(s_calibrate));
        var evaluation = result.GetValue(s_evaluate) is { } source ? LabeledImages.Load(mlContext, network, source) : null;
        return network.SaveAsQuantizedOnnx(path, calibration, evaluation, options);
    }
}

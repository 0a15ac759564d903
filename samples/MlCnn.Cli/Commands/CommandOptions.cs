using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli.Commands;

/// <summary>Makes options whose values are read the same way in every culture and whose errors say what was expected.</summary>
internal static partial class CommandOptions
{
    private const string NoAugmentation = "none";

    public static Option<bool> Json() => new("--json") { Description = "Write one JSON object to standard output, and nothing else there." };

    public static Option<string> Model(bool required = true) => Text("--model", "FILE", "The model.zip that 'mlcnn train' saved.", required);

    /// <summary>A network by its name, or an ONNX file: <c>NetworkChoice</c> finds it.</summary>
    public static Option<string> Architecture(
        string description = "The network, such as lenet5 or resnet18; 'mlcnn models' lists them all. Or an ONNX file with a network, such as net.onnx.",
        bool required = true) =>
        Parsed("--arch", "NAME|FILE.onnx", description, required, CheckArchitecture);

    public static Option<string> Text(string name, string helpName, string description, bool required) =>
        Parsed<string>(name, helpName, description, required, text => text.Length > 0 ? text : throw new FormatException($"{name} needs a value."));

    /// <summary>A value of an enumeration by its name, in any case, or null where it is not given.</summary>
    public static Option<T?> Choice<T>(string name, string description) where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(word => word.ToLowerInvariant())];
        return Parsed<T?>(name, string.Join('|', words), description, required: false, text =>
            words.Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true)
                : throw new FormatException($"{name} must be {OneOf(words)}, not '{text}'."));
    }

    /// <summary>What an image that cannot be read does.</summary>
    public static Option<BadImageHandling?> OnBadImage(string description, BadImageHandling otherwise) =>
        Choice<BadImageHandling>("--on-bad-image", $"{description} Default: {otherwise.ToString().ToLowerInvariant()}.");

    /// <summary>Where a network runs.</summary>
    public static Option<string> Device(string description) => Parsed("--device", "auto|cpu|cuda|cuda:N", description, required: false, text =>
    {
        var name = text.ToLowerInvariant();
        return CudaDevice().IsMatch(name) || name is "auto" or "cpu" ? name
            : throw new FormatException($"--device must be auto, cpu, cuda or cuda:N, where N is a number from 0, not '{text}'.");
    });

    /// <summary>The name of a recipe for images; <see cref="FindAugmentation"/> makes it.</summary>
    public static Option<string> Augmentation(string description, string name = "--augment") =>
        OneOf(name, description, [NoAugmentation, .. ImageAugmentation.PresetNames]);

    /// <summary>The recipe; for "none" the one by which nothing happens.</summary>
    public static ImageAugmentation FindAugmentation(string name) =>
        name.Equals(NoAugmentation, StringComparison.OrdinalIgnoreCase) ? ImageAugmentation.None : ImageAugmentation.Preset(name);

    /// <summary>One of a few words, in any case, or null where it is not given.</summary>
    public static Option<string> OneOf(string name, string description, IReadOnlyList<string> words) =>
        Parsed(name, string.Join('|', words), description, required: false, text =>
            words.Contains(text, StringComparer.OrdinalIgnoreCase) ? text : throw new FormatException($"{name} must be {OneOf(words)}, not '{text}'."));

    /// <summary>A whole number of at least <paramref name="least"/>, or null where it is not given.</summary>
    public static Option<int?> Number(string name, string description, int least) =>
        Parsed<int?>(name, "N", description, required: false, text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least ? number
                : throw new FormatException(
                    $"{name} must be a whole number{(least > int.MinValue ? FormattableString.Invariant($" of at least {least}") : "")}, not '{text}'."));

    public static Option<double?> PositiveNumber(string name, string description) =>
        Parsed<double?>(name, "X", description, required: false, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number) ? number
                : throw new FormatException($"{name} must be a number above 0, written like 0.01, not '{text}'."));

    /// <summary>A number below 1, and from 0 or above it.</summary>
    public static Option<double?> Fraction(string name, string description, bool includesZero) =>
        Parsed<double?>(name, "X", description, required: false, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number < 1 && (number > 0 || (includesZero && number == 0)) ? number
                : throw new FormatException(
                    $"{name} must be a number {(includesZero ? "from 0 to" : "above 0 and")} below 1, written like 0.1, not '{text}'."));

    /// <summary>A length of time such as 90s, 10m or 1.5h, or null where it is not given.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) =>
        Parsed<TimeSpan?>(name, "TIME", description, required: false, text =>
        {
            const double LongestInUnits = 1e6; // more than a TimeSpan's hours would not fit
            var unit = text.Length < 2 ? TimeSpan.Zero : char.ToLowerInvariant(text[^1]) switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                _ => TimeSpan.Zero,
            };
            return unit > TimeSpan.Zero && double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and <= LongestInUnits && unit * number is { Ticks: > 0 } time ? time
                : throw new FormatException($"{name} must be a time such as 90s, 10m or 1.5h, not '{text}'.");
        });

    /// <param name="name">With its dashes.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="description">Whole sentences.</param>
    /// <param name="required">Whether the command needs it.</param>
    /// <param name="parse">Reads the value; a <see cref="FormatException"/> says what is wrong with it.</param>
    public static Option<T> Parsed<T>(string name, string helpName, string description, bool required, Func<string, T> parse) => new(name)
    {
        HelpName = helpName,
        Description = description,
        Required = required,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Read(result, text =>
            // "--model --top 3": the name of the next option is no value.
            text.StartsWith("--", StringComparison.Ordinal) ? throw new FormatException($"{name} needs a value; '{text}' follows it.") : parse(text)),
    };

    /// <summary>The data of a command that is about nothing else.</summary>
    public static Argument<DataSource> Source() => new("SRC")
    {
        Description = $"The images: {DataSource.Forms}. Of MNIST and CIFAR the training images are taken unless told otherwise.",
        CustomParser = result => Read(result, text =>
            text.StartsWith("--", StringComparison.Ordinal) ? throw new FormatException($"Unknown option '{text}'.") : DataSource.Parse(text)),
    };

    /// <summary>Whether class folders may be empty, for every command that reads labeled images.</summary>
    public static Option<bool> AllowEmptyClasses() => new("--allow-empty-classes")
    {
        Description = "Leave out class folders without an image that can be read. Default: such a folder is an error.",
    };

    /// <summary>The views of an image that a network scores.</summary>
    public static Option<TestTimeAugmentation> TestTime() => Parsed("--tta", "NAME",
        $"Test-time augmentation: the views of an image that are scored and averaged, which takes as many times as long: {TestTimeAugmentation.Forms}. "
        + "Default: as the model was saved.", required: false, TestTimeAugmentation.Parse);

    /// <summary>The numbers that a network computes scores in.</summary>
    public static Option<Precision?> ScoringPrecision() => Choice<Precision>("--precision",
        "The numbers that scores are computed in: float32; bfloat16, which is faster on processors that have it and a little less precise; float16, on a "
        + "GPU; auto, the fastest. Default: as the model was saved.");

    private static string CheckArchitecture(string name)
    {
        var all = ArchitectureCatalog.All;
        if (name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || all.Any(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase)))
            return name;
        var near = all.Select(a => a.Name).Where(known => name.Length >= 3 && known.StartsWith(name[..3], StringComparison.OrdinalIgnoreCase)).ToArray();
        throw new FormatException($"--arch: there is no network called '{name}'. "
            + (near.Length > 0 ? $"There are {string.Join(", ", near)}; 'mlcnn models' lists all." : "'mlcnn models' lists those that there are."));
    }

    [GeneratedRegex("^cuda(:[0-9]{1,3})?$", RegexOptions.CultureInvariant)]
    private static partial Regex CudaDevice();

    private static T Read<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Count > 0 ? result.Tokens[0].Value : "");
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default!;
        }
    }

    private static string OneOf(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}

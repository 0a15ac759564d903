using System.CommandLine;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli.Commands;

/// <summary>What the training of a network and the search for its learning rate can both be told.</summary>
internal sealed class FitOptions
{
    private const string NoAugmentation = "none";

    private static readonly Dictionary<string, BadImageHandling> s_handlings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fail"] = BadImageHandling.Fail,
        ["skip"] = BadImageHandling.Skip,
    };

    private static readonly Dictionary<string, Precision> s_precisions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["auto"] = Precision.Auto,
        ["float32"] = Precision.Float32,
        ["bfloat16"] = Precision.BFloat16,
        ["float16"] = Precision.Float16,
    };

    private static readonly Dictionary<string, Freezing> s_freezing = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = Freezing.None,
        ["backbone"] = Freezing.Backbone,
        ["stages"] = Freezing.Stages,
    };

    private static readonly Dictionary<string, ImageCache> s_caches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = ImageCache.None,
        ["memory"] = ImageCache.Memory,
        ["file"] = ImageCache.File,
    };

    private readonly Option<int?> _batchSize = CommandOptions.Number("--batch-size", "Images per training step, at least 1. Default: the network's own.", least: 1);
    private readonly Option<int?> _seed = CommandOptions.Number("--seed", "Fixes the initial weights and the order of the images. Default: another seed every time.", least: int.MinValue);
    private readonly Option<string> _device = CommandOptions.Parsed("--device", "auto|cpu|cuda|cuda:N", "Where to train. auto takes the first GPU, or the CPU if there is none.", required: false, ParseDevice);
    private readonly Option<string> _onBadImage = CommandOptions.Choice("--on-bad-image", "Whether an image that cannot be read ends the training or is left out. Every such image is named.", s_handlings, "fail");
    private readonly Option<string> _augmentation = CommandOptions.OneOf("--augment", "What happens to the images, anew in every epoch; 'mlcnn augment' shows it. Default: the preset's, or nothing.", [NoAugmentation, .. ImageAugmentation.PresetNames]);
    private readonly Option<string> _precision = CommandOptions.Choice("--precision", "The arithmetic of training. auto times a few steps of larger networks and takes the fastest of bfloat16, on processors made for it, and float32; float16 needs a GPU.", s_precisions, "auto");
    private readonly Option<int?> _threads = CommandOptions.Number("--threads", "Cores for one operation of the network on the CPU, and as many that read and decode, at least 1. Default: by the network's size, and one per core.", least: 1);
    private readonly Option<string> _weights = CommandOptions.Text("--weights", "NAME|FILE|model.zip", "What the weights start from: published weights such as resnet18 ('mlcnn weights list' names them all), a .pth or .safetensors file, or a model of this command. Default: random weights.", required: false);
    private readonly Option<string> _freeze = CommandOptions.Choice("--freeze", "Which weights stay as they start: none, all but the last layer's, or, stage by stage, one less every epoch from the last layer on.", s_freezing, "none");
    private readonly Option<string> _cache = CommandOptions.Choice("--cache", "Where decoded images are kept for the next epoch: nowhere, in memory or in a temporary file.", s_caches, "none");

    public FitOptions() => _device.DefaultValueFactory = _ => "auto";

    public Option<DataSource> Data { get; } = CommandOptions.Parsed("--data", "SRC", $"The images to learn from: {DataSource.Forms}.", required: true, DataSource.Parse);

    public Option<Architecture> Architecture { get; } = CommandOptions.Architecture();

    public Option<int?> ImageSize { get; } = CommandOptions.Number("--image-size", "Height and width in pixels that images are brought to. Default: the network's own for files; as they are for MNIST, CIFAR and digits.", least: 1);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Data, Architecture, _weights, _freeze, _batchSize, ImageSize, _seed, _device, _augmentation, _precision, _threads, _cache, _onBadImage])
            command.Add(option);
    }

    /// <summary>Sets what the command line says, after a preset.</summary>
    public void Apply(ParseResult result, CnnTrainerOptions options)
    {
        options.BatchSize = result.GetValue(_batchSize) ?? options.BatchSize;
        options.ImageSize = result.GetValue(ImageSize);
        options.Seed = result.GetValue(_seed);
        options.Device = result.GetRequiredValue(_device);
        options.OnBadImage = s_handlings[result.GetRequiredValue(_onBadImage)];
        if (result.GetValue(_augmentation) is { } recipe)
            options.Augmentation = recipe.Equals(NoAugmentation, StringComparison.OrdinalIgnoreCase) ? null : ImageAugmentation.Preset(recipe);
        options.Precision = s_precisions[result.GetRequiredValue(_precision)];
        (options.NetworkThreads, options.ReaderThreads) = (result.GetValue(_threads), result.GetValue(_threads));
        options.Cache = s_caches[result.GetRequiredValue(_cache)];
        options.Weights = result.GetValue(_weights) is { } weights ? InitialWeights.From(weights) : null;
        options.Freeze = s_freezing[result.GetRequiredValue(_freeze)];
    }

    private static string ParseDevice(string text)
    {
        var name = text.ToLowerInvariant();
        var isKnown = name is "auto" or "cpu" or "cuda"
            || (name.StartsWith("cuda:", StringComparison.Ordinal) && name.Length is > 5 and < 9 && name.AsSpan(5).IndexOfAnyExceptInRange('0', '9') < 0);
        return isKnown ? name : throw new FormatException($"--device must be auto, cpu, cuda or cuda:N, where N is a number from 0, not '{text}'.");
    }
}

using System.CommandLine;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace MlCnn.Cli.Commands;

/// <summary>What the training of a network and the search for its learning rate can both be told: data, network, weights and machine.</summary>
internal static class FitOptions
{
    public static Option<DataSource> Data() =>
        CommandOptions.Parsed("--data", "SRC", $"The images to learn from: {DataSource.Forms}.", required: true, DataSource.Parse);

    public static Option<Architecture> Architecture() => CommandOptions.Architecture();

    public static IReadOnlyList<TrainingOption> All() =>
    [
        Weights(),
        TrainingOption.Of(CommandOptions.Choice<Freezing>("--freeze",
            "Which weights stay as they start: none, all but the last layer's, or, stage by stage, one less every epoch from the last layer on. "
            + "Default: none."),
            (options, freezing) => options.Freeze = freezing),
        TrainingOption.Of(CommandOptions.Number("--batch-size", "Images per training step, at least 1. Default: the network's own.", least: 1),
            (options, images) => options.BatchSize = images),
        TrainingOption.Of(CommandOptions.Number("--image-size",
            "Height and width in pixels that images are brought to. Default: the network's own for files; as they are for MNIST, CIFAR and digits.", least: 1),
            (options, pixels) => options.ImageSize = pixels),
        TrainingOption.Of(CommandOptions.Number("--seed",
            "Fixes the initial weights and the order of the images. Default: another seed every time.", least: int.MinValue),
            (options, seed) => options.Seed = seed),
        TrainingOption.Of(CommandOptions.Device("Where to train. auto takes the first GPU, or the CPU if there is none. Default: auto."),
            (options, device) => options.Device = device),
        TrainingOption.Of(CommandOptions.Augmentation(
            "What happens to the images, anew in every epoch; 'mlcnn augment' shows it. Default: the preset's, or nothing."),
            (options, name) => options.Augmentation = CommandOptions.FindAugmentation(name)),
        TrainingOption.Of(CommandOptions.Choice<Precision>("--precision",
            "The arithmetic of training. auto times a few steps of larger networks and takes the fastest of bfloat16, on processors made for it, and float32; "
            + "float16 needs a GPU. Default: auto."),
            (options, precision) => options.Precision = precision),
        TrainingOption.Of(CommandOptions.Number("--threads",
            "Cores for one operation of the network on the CPU, and as many that read and decode, at least 1. Default: by the network's size, and one "
            + "per core.",
            least: 1),
            (options, cores) => (options.NetworkThreads, options.ReaderThreads) = (cores, cores)),
        TrainingOption.Of(CommandOptions.Choice<ImageCache>("--cache",
            "Where decoded images are kept for the next epoch: nowhere, in memory or in a temporary file. Default: none."),
            (options, cache) => options.Cache = cache),
        TrainingOption.Of(CommandOptions.OnBadImage(
            "Whether an image that cannot be read ends the training or is left out. Every such image is named.", BadImageHandling.Fail),
            (options, handling) => options.OnBadImage = handling),
    ];

    private static TrainingOption Weights()
    {
        var weights = CommandOptions.Text("--weights", "NAME|FILE|model.zip",
            "What the weights start from: published weights such as resnet18 ('mlcnn weights list' names them all), a .pth or .safetensors file, or a "
            + "model of this command. Default: random weights.", required: false);
        return TrainingOption.Of(weights, (options, from) => options.Weights = InitialWeights.From(from));
    }
}

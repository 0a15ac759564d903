using System.CommandLine;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>What the training of a network and the search for its learning rate can both be told: data, network, weights and machine.</summary>
internal static class FitOptions
{
    public static Option<DataSource> Data() =>
        CommandOptions.Parsed("--data", "SRC", $"The images to learn from: {DataSource.Forms}.", required: true, DataSource.Parse);

    public static Option<string> Architecture() => CommandOptions.Architecture(
        "The network, such as lenet5 or resnet18; 'mlcnn models' lists them all. Or an ONNX file with a convolutional classifier, such as net.onnx: "
        + "training starts from its weights, its last layer made anew for other classes.");

    public static IReadOnlyList<TrainingOption> All() =>
    [
        Weights(),
        TrainingOption.Of(CommandOptions.Choice<Freezing>("--freeze",
            "Which weights stay as they start: none, all but the last layer's, or, stage by stage, one less every epoch from the last layer on. "
            + "Default: none."),
            (options, freezing) => options.Freeze = freezing),
        TrainingOption.Of(CommandOptions.Number("--batch-size",
            "Images per training step, at least 1. Default: the network's own, or fewer where there are few images.", least: 1),
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
            "What happens to the images, anew in every epoch; 'mlcnn augment' shows it. Default: the preset's; light, or writing for gray images, where every "
            + "image is seen many times; else nothing."),
            (options, name) => options.Augmentation = CommandOptions.FindAugmentation(name)),
        TrainingOption.Of(CommandOptions.Choice<Precision>("--precision",
            "The arithmetic of training. auto takes bfloat16 for larger networks on processors made for it, else float32; float16 needs a GPU. Default: auto."),
            (options, precision) => options.Precision = precision),
        TrainingOption.Of(CommandOptions.Choice<MemoryLayout>("--layout",
            "How images and filters lie in memory: channels side by side, or one plane after the other. It changes the speed, and sums in their last bits. "
            + "Default: auto, by the network and the precision."),
            (options, layout) => options.MemoryLayout = layout),
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

    public static TrainingOption AddClasses() => TrainingOption.Flag("--add-classes",
        "Adds the classes of --data that the model of --weights does not know to those that it knows, and keeps what its last layer knows of them. With "
        + "--teacher, the same model, and a few images of the old classes in --data it forgets the least.", options => options.KeepKnownClasses = true);

    private static TrainingOption Weights()
    {
        var weights = CommandOptions.Text("--weights", "NAME|FILE|model.zip",
            "What the weights start from: published weights such as resnet18 ('mlcnn weights list' names them all), a .pth or .safetensors file, or a "
            + "model of this command. Default: random weights, or those of --arch's file.", required: false);
        var key = CommandOptions.Text("--weights-key", "KEY",
            "The entry of a checkpoint that holds the weights, such as state_dict. Default: the usual one, and averaged weights "
            + "(state_dict_ema, model_ema) before plain ones.", required: false);
        return TrainingOption.Of([weights, key], (result, options) =>
        {
            if (result.GetValue(weights) is not { } from)
                throw new UsageException("--weights-key says which weights of a file to take: give the file with --weights.");
            options.Weights = InitialWeights.From(from, result.GetValue(key));
        });
    }
}

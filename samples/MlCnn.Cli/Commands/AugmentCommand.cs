using System.CommandLine;
using Microsoft.ML;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn augment: an image of what a network sees in training.</summary>
internal static class AugmentCommand
{
    private const int DefaultImages = 6;
    private const int DefaultViews = 7;
    private const int DefaultSize = 224;

    /// <summary>A larger sheet is opened by few programs.</summary>
    private const double MostPixels = 1e8;

    public static Command Create()
    {
        var source = CommandOptions.Source();
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var recipe = CommandOptions.Augmentation("What happens to the images, as 'mlcnn train' takes it. Required.");
        var formerly = CommandOptions.Augmentation("The former name of --augment.", name: "--preset");
        formerly.Hidden = true;
        var sheet = CommandOptions.Text("--out", "FILE", "Where to save the contact sheet, a PNG such as sheet.png.", required: true);
        var images = CommandOptions.Number("--images", "How many images, spread over the classes: one per row, at least 1.", least: 1);
        images.DefaultValueFactory = _ => DefaultImages;
        var views = CommandOptions.Number("--views", "How many augmented views of each, beside the original, at least 1.", least: 1);
        views.DefaultValueFactory = _ => DefaultViews;
        var size = CommandOptions.Number("--size",
            "Height and width of the network's input in pixels, at least 1. Default: 224 for files; as they are for MNIST, CIFAR and digits.", least: 1);
        var seed = CommandOptions.Number("--seed", "Which images and views.", least: int.MinValue);
        seed.DefaultValueFactory = _ => 1;
        var command = new Command("augment", "Draws images and what --augment makes of them.")
        {
            source, recipe, formerly, sheet, images, views, size, seed, allowEmpty,
        };
        command.SetAction(result =>
        {
            var data = result.GetRequiredValue(source) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var name = result.GetValue(recipe) ?? result.GetValue(formerly) ?? throw new UsageException("Option '--augment' is required.");
            var augmentation = CommandOptions.FindAugmentation(name);
            return Run(data, augmentation, result.GetRequiredValue(sheet), result.GetValue(images) ?? DefaultImages,
                result.GetValue(views) ?? DefaultViews, result.GetValue(size) ?? data.Pixels?.Side ?? DefaultSize, result.GetValue(seed) ?? 1);
        });
        return command;
    }

    private static int Run(DataSource source, ImageAugmentation recipe, string path, int images, int views, int size, int seed)
    {
        if (images * (views + 1.0) * size * size > MostPixels)
            throw new UsageException($"{images} × {views + 1.0} images of {size}×{size} pixels are too many for a sheet: lower --images, --views or --size.");
        OutputFile.CheckWritable(path, "sheet.png");
        var mlContext = Messages.CreateContext();
        var png = Messages.While("Drawing the images", () => mlContext.Data.DrawAugmentations(
            source.Load(mlContext, DataRole.Training), recipe, images, views, size, seed,
            DataSource.ImageColumn, DataSource.PathColumn, DataSource.LabelColumn));
        OutputFile.Write(path, png);
        Messages.Note($"Saved the sheet to {path}: an image per row, the original first.");
        return ExitCode.Success;
    }
}

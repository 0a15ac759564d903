namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>The recipes of the papers, with sizes as multiples of the network's input.</summary>
internal static class AugmentationPresets
{
    private const double Ratio256To224 = 256.0 / 224;

    private static readonly Dictionary<string, Func<ImageAugmentation>> s_recipes = new(StringComparer.OrdinalIgnoreCase)
    {
        // Krizhevsky et al. 2012, section 4.1: parts of 224 out of 256, mirrored, with other light.
        ["alexnet"] = () => new(
            [new ScaleJitter((Ratio256To224, Ratio256To224)), new RandomCrop(), new RandomHorizontalFlip(), new PcaColor()],
            evaluationScale: Ratio256To224),
        // Simonyan and Zisserman 2015, section 3.1: the short side within 256 and 512. Scored at the lower end, since one crop has to do.
        ["vgg"] = () => new(
            [new ScaleJitter((Ratio256To224, 512.0 / 224)), new RandomCrop(), new RandomHorizontalFlip(), new PcaColor()],
            evaluationScale: Ratio256To224),
        // Szegedy et al. 2015, section 6: 8 to 100 % of the area, 3/4 to 4/3, and Howard's photometric distortions.
        ["inception"] = () => new(
            [new RandomResizedCrop((0.08, 1)), new RandomHorizontalFlip(), new ColorJitter(brightness: 0.5, contrast: 0.5, saturation: 0.5)],
            evaluationScale: Ratio256To224),
        // He et al. 2016, section 4.2: 4 pixels of border around 32.
        ["cifar"] = () => new([new ScaleJitter(), new RandomCrop(padding: 4.0 / 32), new RandomHorizontalFlip()]),
        // Most of the image: for small data sets, fine-tuning, and things that fill the image.
        ["light"] = () => new([new RandomResizedCrop((0.6, 1)), new RandomHorizontalFlip()]),
        // As LeCun et al. 1998, section III.C, distort digits: shifted, scaled, slanted; turned a little as well.
        ["writing"] = () => new([new RandomAffine((-10, 10), translateX: 0.1, translateY: 0.1, scale: (0.9, 1.1), shearX: (-10, 10))]),
        // Müller and Hutter 2021, section 4, in the setting for ImageNet.
        ["trivial"] = () => new(
            [new RandomResizedCrop((0.08, 1)), new RandomHorizontalFlip(), new TrivialAugmentWide()],
            evaluationScale: Ratio256To224),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_recipes.Keys.Order(StringComparer.Ordinal)];

    public static ImageAugmentation Find(string name) => s_recipes.TryGetValue(name, out var recipe)
        ? recipe()
        : throw new ArgumentException($"There is no augmentation preset '{name}'. Presets: {string.Join(", ", Names)}.", nameof(name));
}

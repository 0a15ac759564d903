namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Every network that the library knows by name.</summary>
public static class ArchitectureCatalog
{
    /// <summary>All networks, family by family in the order of their papers.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        .. LeNet.All,
        .. AlexNet.All,
        .. NetworkInNetwork.All,
        .. Vgg.All,
        .. GoogLeNet.All,
        .. ResNet.All,
        .. ResNetCifar.All,
        .. InceptionV3.All,
        .. SqueezeNet.All,
        .. DenseNet.All,
        .. MobileNetV1.All,
        .. ShuffleNetV1.All,
        .. MobileNetV2.All,
        .. ShuffleNetV2.All,
        .. MnasNet.All,
        .. MobileNetV3.All,
        .. EfficientNet.All,
        .. RegNet.All,
        .. ConvNeXt.All,
        .. CifarSpeed.All,
    ];

    /// <summary>The network called <paramref name="name"/>; case does not matter.</summary>
    /// <exception cref="ArgumentException">There is no such network. The message lists those that there are.</exception>
    public static Architecture Find(string name) =>
        All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no network called '{name}'. There are: {string.Join(", ", All.Select(a => a.Name))}.", nameof(name));
}

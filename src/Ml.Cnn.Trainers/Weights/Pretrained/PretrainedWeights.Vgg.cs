namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>VGG11_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 69.02 %, top-5 88.628 %.</summary>
    public static PretrainedWeights Vgg11ImageNet1KV1 { get; } = ImageNet("VGG11_Weights.IMAGENET1K_V1", "vgg11", "vgg11-8a719046.pth", "8a719046",
        resize: 256, crop: 224, top1: 0.6902, top5: 0.88628, bytes: 531_453_344);

    /// <summary>VGG11_BN_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 70.37 %, top-5 89.81 %.</summary>
    public static PretrainedWeights Vgg11BatchNormImageNet1KV1 { get; } = ImageNet(
        "VGG11_BN_Weights.IMAGENET1K_V1", "vgg11_bn", "vgg11_bn-6002323d.pth", "6002323d",
        resize: 256, crop: 224, top1: 0.7037, top5: 0.8981, bytes: 531_497_408);

    /// <summary>VGG13_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 69.928 %, top-5 89.246 %.</summary>
    public static PretrainedWeights Vgg13ImageNet1KV1 { get; } = ImageNet("VGG13_Weights.IMAGENET1K_V1", "vgg13", "vgg13-19584684.pth", "19584684",
        resize: 256, crop: 224, top1: 0.69928, top5: 0.89246, bytes: 532_191_392);

    /// <summary>VGG13_BN_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 71.586 %, top-5 90.374 %.</summary>
    public static PretrainedWeights Vgg13BatchNormImageNet1KV1 { get; } = ImageNet(
        "VGG13_BN_Weights.IMAGENET1K_V1", "vgg13_bn", "vgg13_bn-abd245e5.pth", "abd245e5",
        resize: 256, crop: 224, top1: 0.71586, top5: 0.90374, bytes: 532_238_536);

    /// <summary>VGG16_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 71.592 %, top-5 90.382 %.</summary>
    public static PretrainedWeights Vgg16ImageNet1KV1 { get; } = ImageNet("VGG16_Weights.IMAGENET1K_V1", "vgg16", "vgg16-397923af.pth", "397923af",
        resize: 256, crop: 224, top1: 0.71592, top5: 0.90382, bytes: 553_430_176);

    /// <summary>
    /// VGG16_Weights.IMAGENET1K_FEATURES of torchvision: 256 → 224 pixels. A trunk alone, as SSD was trained from: its classifier holds no valid
    /// numbers.
    /// </summary>
    public static PretrainedWeights Vgg16ImageNet1KFeatures { get; } = ImageNet(
        "VGG16_Weights.IMAGENET1K_FEATURES", "vgg16", "vgg16_features-amdegroot-88682ab5.pth", "88682ab5",
        resize: 256, crop: 224, top1: null, top5: null, bytes: 553_430_176, normalization: new([0.48235f, 0.45882f, 0.40784f], [1 / 255f, 1 / 255f, 1 / 255f]),
        isDefault: false);

    /// <summary>VGG16_BN_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 73.36 %, top-5 91.516 %.</summary>
    public static PretrainedWeights Vgg16BatchNormImageNet1KV1 { get; } = ImageNet(
        "VGG16_BN_Weights.IMAGENET1K_V1", "vgg16_bn", "vgg16_bn-6c64b313.pth", "6c64b313",
        resize: 256, crop: 224, top1: 0.7336, top5: 0.91516, bytes: 553_497_812);

    /// <summary>VGG19_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 72.376 %, top-5 90.876 %.</summary>
    public static PretrainedWeights Vgg19ImageNet1KV1 { get; } = ImageNet("VGG19_Weights.IMAGENET1K_V1", "vgg19", "vgg19-dcbb9e9d.pth", "dcbb9e9d",
        resize: 256, crop: 224, top1: 0.72376, top5: 0.90876, bytes: 574_668_960);

    /// <summary>VGG19_BN_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 74.218 %, top-5 91.842 %.</summary>
    public static PretrainedWeights Vgg19BatchNormImageNet1KV1 { get; } = ImageNet(
        "VGG19_BN_Weights.IMAGENET1K_V1", "vgg19_bn", "vgg19_bn-c79401a0.pth", "c79401a0",
        resize: 256, crop: 224, top1: 0.74218, top5: 0.91842, bytes: 574_757_088);

    private static PretrainedWeights[] VggWeights =>
    [
        Vgg11ImageNet1KV1,
        Vgg11BatchNormImageNet1KV1,
        Vgg13ImageNet1KV1,
        Vgg13BatchNormImageNet1KV1,
        Vgg16ImageNet1KV1,
        Vgg16ImageNet1KFeatures,
        Vgg16BatchNormImageNet1KV1,
        Vgg19ImageNet1KV1,
        Vgg19BatchNormImageNet1KV1,
    ];
}

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>MobileNet_V2_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 71.878 %, top-5 90.286 %.</summary>
    public static PretrainedWeights MobileNetV2ImageNet1KV1 { get; } = ImageNet(
        "MobileNet_V2_Weights.IMAGENET1K_V1", "mobilenet_v2", "mobilenet_v2-b0353104.pth", "b0353104",
        resize: 256, crop: 224, top1: 0.71878, top5: 0.90286, bytes: 14_156_144, isDefault: false);

    /// <summary>MobileNet_V2_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 72.154 %, top-5 90.822 %.</summary>
    public static PretrainedWeights MobileNetV2ImageNet1KV2 { get; } = ImageNet(
        "MobileNet_V2_Weights.IMAGENET1K_V2", "mobilenet_v2", "mobilenet_v2-7ebf99e0.pth", "7ebf99e0",
        resize: 232, crop: 224, top1: 0.72154, top5: 0.90822, bytes: 14_156_144);

    /// <summary>MobileNet_V3_Small_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 67.668 %, top-5 87.402 %.</summary>
    public static PretrainedWeights MobileNetV3SmallImageNet1KV1 { get; } = ImageNet(
        "MobileNet_V3_Small_Weights.IMAGENET1K_V1", "mobilenet_v3_small", "mobilenet_v3_small-047dcff4.pth", "047dcff4",
        resize: 256, crop: 224, top1: 0.67668, top5: 0.87402, bytes: 10_220_008);

    /// <summary>MobileNet_V3_Large_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 74.042 %, top-5 91.34 %.</summary>
    public static PretrainedWeights MobileNetV3LargeImageNet1KV1 { get; } = ImageNet(
        "MobileNet_V3_Large_Weights.IMAGENET1K_V1", "mobilenet_v3_large", "mobilenet_v3_large-8738ca79.pth", "8738ca79",
        resize: 256, crop: 224, top1: 0.74042, top5: 0.9134, bytes: 22_029_912, isDefault: false);

    /// <summary>MobileNet_V3_Large_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 75.274 %, top-5 92.566 %.</summary>
    public static PretrainedWeights MobileNetV3LargeImageNet1KV2 { get; } = ImageNet(
        "MobileNet_V3_Large_Weights.IMAGENET1K_V2", "mobilenet_v3_large", "mobilenet_v3_large-5c1a4163.pth", "5c1a4163",
        resize: 232, crop: 224, top1: 0.75274, top5: 0.92566, bytes: 22_029_912);

    private static PretrainedWeights[] MobileNetWeights =>
    [
        MobileNetV2ImageNet1KV1,
        MobileNetV2ImageNet1KV2,
        MobileNetV3SmallImageNet1KV1,
        MobileNetV3LargeImageNet1KV1,
        MobileNetV3LargeImageNet1KV2,
    ];
}

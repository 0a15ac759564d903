namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>ConvNeXt_Tiny_Weights.IMAGENET1K_V1 of torchvision: 236 → 224 pixels, top-1 82.52 %, top-5 96.146 %.</summary>
    public static PretrainedWeights ConvNeXtTinyImageNet1KV1 { get; } = ImageNet(
        "ConvNeXt_Tiny_Weights.IMAGENET1K_V1", "convnext_tiny", "convnext_tiny-983f1562.pth", "983f1562",
        resize: 236, crop: 224, top1: 0.8252, top5: 0.96146, bytes: 114_356_512);

    /// <summary>ConvNeXt_Small_Weights.IMAGENET1K_V1 of torchvision: 230 → 224 pixels, top-1 83.616 %, top-5 96.65 %.</summary>
    public static PretrainedWeights ConvNeXtSmallImageNet1KV1 { get; } = ImageNet(
        "ConvNeXt_Small_Weights.IMAGENET1K_V1", "convnext_small", "convnext_small-0c510722.pth", "0c510722",
        resize: 230, crop: 224, top1: 0.83616, top5: 0.9665, bytes: 200_894_752);

    /// <summary>ConvNeXt_Base_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 84.062 %, top-5 96.87 %.</summary>
    public static PretrainedWeights ConvNeXtBaseImageNet1KV1 { get; } = ImageNet(
        "ConvNeXt_Base_Weights.IMAGENET1K_V1", "convnext_base", "convnext_base-6075fbad.pth", "6075fbad",
        resize: 232, crop: 224, top1: 0.84062, top5: 0.9687, bytes: 354_365_856);

    /// <summary>ConvNeXt_Large_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 84.414 %, top-5 96.976 %.</summary>
    public static PretrainedWeights ConvNeXtLargeImageNet1KV1 { get; } = ImageNet(
        "ConvNeXt_Large_Weights.IMAGENET1K_V1", "convnext_large", "convnext_large-ea097f82.pth", "ea097f82",
        resize: 232, crop: 224, top1: 0.84414, top5: 0.96976, bytes: 791_069_344);

    private static PretrainedWeights[] ConvNeXtWeights =>
    [
        ConvNeXtTinyImageNet1KV1,
        ConvNeXtSmallImageNet1KV1,
        ConvNeXtBaseImageNet1KV1,
        ConvNeXtLargeImageNet1KV1,
    ];
}

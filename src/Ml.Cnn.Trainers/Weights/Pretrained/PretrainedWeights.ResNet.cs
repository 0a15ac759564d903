namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>ResNet18_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 69.758 %, top-5 89.078 %.</summary>
    public static PretrainedWeights ResNet18ImageNet1KV1 { get; } = ImageNet("ResNet18_Weights.IMAGENET1K_V1", "resnet18", "resnet18-f37072fd.pth", "f37072fd",
        resize: 256, crop: 224, top1: 0.69758, top5: 0.89078, bytes: 46_796_528);

    /// <summary>ResNet34_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 73.314 %, top-5 91.42 %.</summary>
    public static PretrainedWeights ResNet34ImageNet1KV1 { get; } = ImageNet("ResNet34_Weights.IMAGENET1K_V1", "resnet34", "resnet34-b627a593.pth", "b627a593",
        resize: 256, crop: 224, top1: 0.73314, top5: 0.9142, bytes: 87_258_928);

    /// <summary>ResNet50_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 76.13 %, top-5 92.862 %.</summary>
    public static PretrainedWeights ResNet50ImageNet1KV1 { get; } = ImageNet("ResNet50_Weights.IMAGENET1K_V1", "resnet50", "resnet50-0676ba61.pth", "0676ba61",
        resize: 256, crop: 224, top1: 0.7613, top5: 0.92862, bytes: 102_440_820, isDefault: false);

    /// <summary>ResNet50_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 80.858 %, top-5 95.434 %.</summary>
    public static PretrainedWeights ResNet50ImageNet1KV2 { get; } = ImageNet("ResNet50_Weights.IMAGENET1K_V2", "resnet50", "resnet50-11ad3fa6.pth", "11ad3fa6",
        resize: 232, crop: 224, top1: 0.80858, top5: 0.95434, bytes: 102_440_820);

    /// <summary>ResNet101_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.374 %, top-5 93.546 %.</summary>
    public static PretrainedWeights ResNet101ImageNet1KV1 { get; } = ImageNet(
        "ResNet101_Weights.IMAGENET1K_V1", "resnet101", "resnet101-63fe2227.pth", "63fe2227",
        resize: 256, crop: 224, top1: 0.77374, top5: 0.93546, bytes: 178_618_432, isDefault: false);

    /// <summary>ResNet101_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.886 %, top-5 95.78 %.</summary>
    public static PretrainedWeights ResNet101ImageNet1KV2 { get; } = ImageNet(
        "ResNet101_Weights.IMAGENET1K_V2", "resnet101", "resnet101-cd907fc2.pth", "cd907fc2",
        resize: 232, crop: 224, top1: 0.81886, top5: 0.9578, bytes: 178_618_432);

    /// <summary>ResNet152_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 78.312 %, top-5 94.046 %.</summary>
    public static PretrainedWeights ResNet152ImageNet1KV1 { get; } = ImageNet(
        "ResNet152_Weights.IMAGENET1K_V1", "resnet152", "resnet152-394f9c45.pth", "394f9c45",
        resize: 256, crop: 224, top1: 0.78312, top5: 0.94046, bytes: 241_377_548, isDefault: false);

    /// <summary>ResNet152_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.284 %, top-5 96.002 %.</summary>
    public static PretrainedWeights ResNet152ImageNet1KV2 { get; } = ImageNet(
        "ResNet152_Weights.IMAGENET1K_V2", "resnet152", "resnet152-f82ba261.pth", "f82ba261",
        resize: 232, crop: 224, top1: 0.82284, top5: 0.96002, bytes: 241_377_548);

    /// <summary>ResNeXt50_32X4D_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.618 %, top-5 93.698 %.</summary>
    public static PretrainedWeights ResNeXt50_32x4dImageNet1KV1 { get; } = ImageNet(
        "ResNeXt50_32X4D_Weights.IMAGENET1K_V1", "resnext50_32x4d", "resnext50_32x4d-7cdf4587.pth", "7cdf4587",
        resize: 256, crop: 224, top1: 0.77618, top5: 0.93698, bytes: 100_388_724, isDefault: false);

    /// <summary>ResNeXt50_32X4D_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.198 %, top-5 95.34 %.</summary>
    public static PretrainedWeights ResNeXt50_32x4dImageNet1KV2 { get; } = ImageNet(
        "ResNeXt50_32X4D_Weights.IMAGENET1K_V2", "resnext50_32x4d", "resnext50_32x4d-1a0047aa.pth", "1a0047aa",
        resize: 232, crop: 224, top1: 0.81198, top5: 0.9534, bytes: 100_388_724);

    /// <summary>ResNeXt101_32X8D_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 79.312 %, top-5 94.526 %.</summary>
    public static PretrainedWeights ResNeXt101_32x8dImageNet1KV1 { get; } = ImageNet(
        "ResNeXt101_32X8D_Weights.IMAGENET1K_V1", "resnext101_32x8d", "resnext101_32x8d-8ba56ff5.pth", "8ba56ff5",
        resize: 256, crop: 224, top1: 0.79312, top5: 0.94526, bytes: 355_977_280, isDefault: false);

    /// <summary>ResNeXt101_32X8D_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.834 %, top-5 96.228 %.</summary>
    public static PretrainedWeights ResNeXt101_32x8dImageNet1KV2 { get; } = ImageNet(
        "ResNeXt101_32X8D_Weights.IMAGENET1K_V2", "resnext101_32x8d", "resnext101_32x8d-110c445d.pth", "110c445d",
        resize: 232, crop: 224, top1: 0.82834, top5: 0.96228, bytes: 355_977_280);

    /// <summary>ResNeXt101_64X4D_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 83.246 %, top-5 96.454 %.</summary>
    public static PretrainedWeights ResNeXt101_64x4dImageNet1KV1 { get; } = ImageNet(
        "ResNeXt101_64X4D_Weights.IMAGENET1K_V1", "resnext101_64x4d", "resnext101_64x4d-173b62eb.pth", "173b62eb",
        resize: 232, crop: 224, top1: 0.83246, top5: 0.96454, bytes: 334_633_024);

    /// <summary>Wide_ResNet50_2_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 78.468 %, top-5 94.086 %.</summary>
    public static PretrainedWeights WideResNet50_2ImageNet1KV1 { get; } = ImageNet(
        "Wide_ResNet50_2_Weights.IMAGENET1K_V1", "wide_resnet50_2", "wide_resnet50_2-95faca4d.pth", "95faca4d",
        resize: 256, crop: 224, top1: 0.78468, top5: 0.94086, bytes: 275_806_068, isDefault: false);

    /// <summary>Wide_ResNet50_2_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.602 %, top-5 95.758 %.</summary>
    public static PretrainedWeights WideResNet50_2ImageNet1KV2 { get; } = ImageNet(
        "Wide_ResNet50_2_Weights.IMAGENET1K_V2", "wide_resnet50_2", "wide_resnet50_2-9ba9bcbe.pth", "9ba9bcbe",
        resize: 232, crop: 224, top1: 0.81602, top5: 0.95758, bytes: 275_806_068);

    /// <summary>Wide_ResNet101_2_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 78.848 %, top-5 94.284 %.</summary>
    public static PretrainedWeights WideResNet101_2ImageNet1KV1 { get; } = ImageNet(
        "Wide_ResNet101_2_Weights.IMAGENET1K_V1", "wide_resnet101_2", "wide_resnet101_2-32ee1156.pth", "32ee1156",
        resize: 256, crop: 224, top1: 0.78848, top5: 0.94284, bytes: 508_098_624, isDefault: false);

    /// <summary>Wide_ResNet101_2_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.51 %, top-5 96.02 %.</summary>
    public static PretrainedWeights WideResNet101_2ImageNet1KV2 { get; } = ImageNet(
        "Wide_ResNet101_2_Weights.IMAGENET1K_V2", "wide_resnet101_2", "wide_resnet101_2-d733dc28.pth", "d733dc28",
        resize: 232, crop: 224, top1: 0.8251, top5: 0.9602, bytes: 508_098_624);

    private static PretrainedWeights[] ResNetWeights =>
    [
        ResNet18ImageNet1KV1,
        ResNet34ImageNet1KV1,
        ResNet50ImageNet1KV1,
        ResNet50ImageNet1KV2,
        ResNet101ImageNet1KV1,
        ResNet101ImageNet1KV2,
        ResNet152ImageNet1KV1,
        ResNet152ImageNet1KV2,
        ResNeXt50_32x4dImageNet1KV1,
        ResNeXt50_32x4dImageNet1KV2,
        ResNeXt101_32x8dImageNet1KV1,
        ResNeXt101_32x8dImageNet1KV2,
        ResNeXt101_64x4dImageNet1KV1,
        WideResNet50_2ImageNet1KV1,
        WideResNet50_2ImageNet1KV2,
        WideResNet101_2ImageNet1KV1,
        WideResNet101_2ImageNet1KV2,
    ];
}

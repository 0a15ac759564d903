namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 60.552 %, top-5 81.746 %.</summary>
    public static PretrainedWeights ShuffleNetV2_x0_5ImageNet1KV1 { get; } = ImageNet(
        "ShuffleNet_V2_X0_5_Weights.IMAGENET1K_V1", "shufflenet_v2_x0_5", "shufflenetv2_x0.5-f707e7126e.pth", "f707e7126e",
        resize: 256, crop: 224, top1: 0.60552, top5: 0.81746, bytes: 5_499_200);

    /// <summary>ShuffleNet_V2_X1_0_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 69.362 %, top-5 88.316 %.</summary>
    public static PretrainedWeights ShuffleNetV2_x1_0ImageNet1KV1 { get; } = ImageNet(
        "ShuffleNet_V2_X1_0_Weights.IMAGENET1K_V1", "shufflenet_v2_x1_0", "shufflenetv2_x1-5666bf0f80.pth", "5666bf0f80",
        resize: 256, crop: 224, top1: 0.69362, top5: 0.88316, bytes: 9_179_360);

    /// <summary>ShuffleNet_V2_X1_5_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 72.996 %, top-5 91.086 %.</summary>
    public static PretrainedWeights ShuffleNetV2_x1_5ImageNet1KV1 { get; } = ImageNet(
        "ShuffleNet_V2_X1_5_Weights.IMAGENET1K_V1", "shufflenet_v2_x1_5", "shufflenetv2_x1_5-3c479a10.pth", "3c479a10",
        resize: 232, crop: 224, top1: 0.72996, top5: 0.91086, bytes: 14_108_480);

    /// <summary>ShuffleNet_V2_X2_0_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 76.23 %, top-5 93.006 %.</summary>
    public static PretrainedWeights ShuffleNetV2_x2_0ImageNet1KV1 { get; } = ImageNet(
        "ShuffleNet_V2_X2_0_Weights.IMAGENET1K_V1", "shufflenet_v2_x2_0", "shufflenetv2_x2_0-8be3c8ee.pth", "8be3c8ee",
        resize: 232, crop: 224, top1: 0.7623, top5: 0.93006, bytes: 29_711_072);

    private static PretrainedWeights[] ShuffleNetWeights =>
    [
        ShuffleNetV2_x0_5ImageNet1KV1,
        ShuffleNetV2_x1_0ImageNet1KV1,
        ShuffleNetV2_x1_5ImageNet1KV1,
        ShuffleNetV2_x2_0ImageNet1KV1,
    ];
}

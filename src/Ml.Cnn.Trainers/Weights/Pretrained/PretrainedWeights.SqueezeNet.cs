namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>SqueezeNet1_0_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 58.092 %, top-5 80.42 %.</summary>
    public static PretrainedWeights SqueezeNet1_0ImageNet1KV1 { get; } = ImageNet(
        "SqueezeNet1_0_Weights.IMAGENET1K_V1", "squeezenet1_0", "squeezenet1_0-b66bff10.pth", "b66bff10",
        resize: 256, crop: 224, top1: 0.58092, top5: 0.8042, bytes: 4_993_696);

    /// <summary>SqueezeNet1_1_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 58.178 %, top-5 80.624 %.</summary>
    public static PretrainedWeights SqueezeNet1_1ImageNet1KV1 { get; } = ImageNet(
        "SqueezeNet1_1_Weights.IMAGENET1K_V1", "squeezenet1_1", "squeezenet1_1-b8a52dc0.pth", "b8a52dc0",
        resize: 256, crop: 224, top1: 0.58178, top5: 0.80624, bytes: 4_941_984);

    private static PretrainedWeights[] SqueezeNetWeights =>
    [
        SqueezeNet1_0ImageNet1KV1,
        SqueezeNet1_1ImageNet1KV1,
    ];
}

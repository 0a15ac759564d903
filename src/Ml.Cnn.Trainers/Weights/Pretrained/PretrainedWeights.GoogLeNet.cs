namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    // The weights expect pixels from -1 to 1: torchvision normalizes them as it does everywhere, and its network's transform_input
    // takes that back. Both steps in one: ((p - 0.485) / 0.229) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5 = (p - 0.5) / 0.5.

    /// <summary>GoogLeNet_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 69.778 %, top-5 89.53 %.</summary>
    public static PretrainedWeights GoogLeNetImageNet1KV1 { get; } = ImageNet(
        "GoogLeNet_Weights.IMAGENET1K_V1", "googlenet", "googlenet-1378be20.pth", "1378be20",
        resize: 256, crop: 224, top1: 0.69778, top5: 0.8953, bytes: 52_080_076, normalization: s_minusOneToOne);

    private static PretrainedWeights[] GoogLeNetWeights =>
    [
        GoogLeNetImageNet1KV1,
    ];
}

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    // The weights expect pixels from -1 to 1: torchvision normalizes them as it does everywhere, and its network's transform_input
    // takes that back. Both steps in one: ((p - 0.485) / 0.229) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5 = (p - 0.5) / 0.5.

    /// <summary>Inception_V3_Weights.IMAGENET1K_V1 of torchvision: 342 → 299 pixels, top-1 77.294 %, top-5 93.45 %.</summary>
    public static PretrainedWeights InceptionV3ImageNet1KV1 { get; } = ImageNet(
        "Inception_V3_Weights.IMAGENET1K_V1", "inception_v3", "inception_v3_google-0cc3c7bd.pth", "0cc3c7bd",
        resize: 342, crop: 299, top1: 0.77294, top5: 0.9345, bytes: 108_790_336, normalization: s_minusOneToOne);

    private static PretrainedWeights[] InceptionV3Weights =>
    [
        InceptionV3ImageNet1KV1,
    ];
}

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>MNASNet0_5_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 67.734 %, top-5 87.49 %.</summary>
    public static PretrainedWeights MnasNet0_5ImageNet1KV1 { get; } = ImageNet(
        "MNASNet0_5_Weights.IMAGENET1K_V1", "mnasnet0_5", "mnasnet0.5_top1_67.823-3ffadce67e.pth", "3ffadce67e",
        resize: 256, crop: 224, top1: 0.67734, top5: 0.8749, bytes: 8_956_752);

    /// <summary>MNASNet0_75_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 71.18 %, top-5 90.496 %.</summary>
    public static PretrainedWeights MnasNet0_75ImageNet1KV1 { get; } = ImageNet(
        "MNASNet0_75_Weights.IMAGENET1K_V1", "mnasnet0_75", "mnasnet0_75-7090bc5f.pth", "7090bc5f",
        resize: 232, crop: 224, top1: 0.7118, top5: 0.90496, bytes: 12_800_272);

    /// <summary>MNASNet1_0_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 73.456 %, top-5 91.51 %.</summary>
    public static PretrainedWeights MnasNet1_0ImageNet1KV1 { get; } = ImageNet(
        "MNASNet1_0_Weights.IMAGENET1K_V1", "mnasnet1_0", "mnasnet1.0_top1_73.512-f206786ef8.pth", "f206786ef8",
        resize: 256, crop: 224, top1: 0.73456, top5: 0.9151, bytes: 17_685_136);

    /// <summary>MNASNet1_3_Weights.IMAGENET1K_V1 of torchvision: 232 → 224 pixels, top-1 76.506 %, top-5 93.522 %.</summary>
    public static PretrainedWeights MnasNet1_3ImageNet1KV1 { get; } = ImageNet(
        "MNASNet1_3_Weights.IMAGENET1K_V1", "mnasnet1_3", "mnasnet1_3-a4c69d6f.pth", "a4c69d6f",
        resize: 232, crop: 224, top1: 0.76506, top5: 0.93522, bytes: 25_324_496);

    private static PretrainedWeights[] MnasNetWeights =>
    [
        MnasNet0_5ImageNet1KV1,
        MnasNet0_75ImageNet1KV1,
        MnasNet1_0ImageNet1KV1,
        MnasNet1_3ImageNet1KV1,
    ];
}

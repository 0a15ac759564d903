namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>AlexNet_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 56.522 %, top-5 79.066 %.</summary>
    public static PretrainedWeights AlexNetImageNet1KV1 { get; } = ImageNet("AlexNet_Weights.IMAGENET1K_V1", "alexnet", "alexnet-owt-7be5be79.pth", "7be5be79",
        resize: 256, crop: 224, top1: 0.56522, top5: 0.79066, bytes: 244_403_360);

    private static PretrainedWeights[] AlexNetWeights =>
    [
        AlexNetImageNet1KV1,
    ];
}

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>DenseNet121_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 74.434 %, top-5 91.972 %.</summary>
    public static PretrainedWeights DenseNet121ImageNet1KV1 { get; } = ImageNet(
        "DenseNet121_Weights.IMAGENET1K_V1", "densenet121", "densenet121-a639ec97.pth", "a639ec97",
        resize: 256, crop: 224, top1: 0.74434, top5: 0.91972, bytes: 32_250_500);

    /// <summary>DenseNet161_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.138 %, top-5 93.56 %.</summary>
    public static PretrainedWeights DenseNet161ImageNet1KV1 { get; } = ImageNet(
        "DenseNet161_Weights.IMAGENET1K_V1", "densenet161", "densenet161-8d451a50.pth", "8d451a50",
        resize: 256, crop: 224, top1: 0.77138, top5: 0.9356, bytes: 115_604_388);

    /// <summary>DenseNet169_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 75.6 %, top-5 92.806 %.</summary>
    public static PretrainedWeights DenseNet169ImageNet1KV1 { get; } = ImageNet(
        "DenseNet169_Weights.IMAGENET1K_V1", "densenet169", "densenet169-b2777c0a.pth", "b2777c0a",
        resize: 256, crop: 224, top1: 0.756, top5: 0.92806, bytes: 57_232_196);

    /// <summary>DenseNet201_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 76.896 %, top-5 93.37 %.</summary>
    public static PretrainedWeights DenseNet201ImageNet1KV1 { get; } = ImageNet(
        "DenseNet201_Weights.IMAGENET1K_V1", "densenet201", "densenet201-c1103571.pth", "c1103571",
        resize: 256, crop: 224, top1: 0.76896, top5: 0.9337, bytes: 80_972_740);

    private static PretrainedWeights[] DenseNetWeights =>
    [
        DenseNet121ImageNet1KV1,
        DenseNet161ImageNet1KV1,
        DenseNet169ImageNet1KV1,
        DenseNet201ImageNet1KV1,
    ];
}

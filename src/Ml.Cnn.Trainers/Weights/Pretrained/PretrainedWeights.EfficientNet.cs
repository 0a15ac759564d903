using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>EfficientNet_B0_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.692 %, top-5 93.532 %.</summary>
    public static PretrainedWeights EfficientNetB0ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B0_Weights.IMAGENET1K_V1", "efficientnet_b0", "efficientnet_b0_rwightman-3dd342df.pth", "3dd342df",
        resize: 256, crop: 224, top1: 0.77692, top5: 0.93532, bytes: 21_322_452, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B1_Weights.IMAGENET1K_V1 of torchvision: 256 → 240 pixels, top-1 78.642 %, top-5 94.186 %.</summary>
    public static PretrainedWeights EfficientNetB1ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B1_Weights.IMAGENET1K_V1", "efficientnet_b1", "efficientnet_b1_rwightman-533bc792.pth", "533bc792",
        resize: 256, crop: 240, top1: 0.78642, top5: 0.94186, bytes: 31_425_204, interpolation: Interpolation.Bicubic, isDefault: false);

    /// <summary>EfficientNet_B1_Weights.IMAGENET1K_V2 of torchvision: 255 → 240 pixels, top-1 79.838 %, top-5 94.934 %.</summary>
    public static PretrainedWeights EfficientNetB1ImageNet1KV2 { get; } = ImageNet(
        "EfficientNet_B1_Weights.IMAGENET1K_V2", "efficientnet_b1", "efficientnet_b1-c27df63c.pth", "c27df63c",
        resize: 255, crop: 240, top1: 0.79838, top5: 0.94934, bytes: 31_425_204);

    /// <summary>EfficientNet_B2_Weights.IMAGENET1K_V1 of torchvision: 288 → 288 pixels, top-1 80.608 %, top-5 95.31 %.</summary>
    public static PretrainedWeights EfficientNetB2ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B2_Weights.IMAGENET1K_V1", "efficientnet_b2", "efficientnet_b2_rwightman-bcdf34b7.pth", "bcdf34b7",
        resize: 288, crop: 288, top1: 0.80608, top5: 0.9531, bytes: 36_710_524, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B3_Weights.IMAGENET1K_V1 of torchvision: 320 → 300 pixels, top-1 82.008 %, top-5 96.054 %.</summary>
    public static PretrainedWeights EfficientNetB3ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B3_Weights.IMAGENET1K_V1", "efficientnet_b3", "efficientnet_b3_rwightman-cf984f9c.pth", "cf984f9c",
        resize: 320, crop: 300, top1: 0.82008, top5: 0.96054, bytes: 49_282_424, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B4_Weights.IMAGENET1K_V1 of torchvision: 384 → 380 pixels, top-1 83.384 %, top-5 96.594 %.</summary>
    public static PretrainedWeights EfficientNetB4ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B4_Weights.IMAGENET1K_V1", "efficientnet_b4", "efficientnet_b4_rwightman-7eb33cd5.pth", "7eb33cd5",
        resize: 384, crop: 380, top1: 0.83384, top5: 0.96594, bytes: 77_867_648, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B5_Weights.IMAGENET1K_V1 of torchvision: 456 → 456 pixels, top-1 83.444 %, top-5 96.628 %.</summary>
    public static PretrainedWeights EfficientNetB5ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B5_Weights.IMAGENET1K_V1", "efficientnet_b5", "efficientnet_b5_lukemelas-b6417697.pth", "b6417697",
        resize: 456, crop: 456, top1: 0.83444, top5: 0.96628, bytes: 122_250_544, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B6_Weights.IMAGENET1K_V1 of torchvision: 528 → 528 pixels, top-1 84.008 %, top-5 96.916 %.</summary>
    public static PretrainedWeights EfficientNetB6ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B6_Weights.IMAGENET1K_V1", "efficientnet_b6", "efficientnet_b6_lukemelas-c76e70fd.pth", "c76e70fd",
        resize: 528, crop: 528, top1: 0.84008, top5: 0.96916, bytes: 173_061_080, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_B7_Weights.IMAGENET1K_V1 of torchvision: 600 → 600 pixels, top-1 84.122 %, top-5 96.908 %.</summary>
    public static PretrainedWeights EfficientNetB7ImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_B7_Weights.IMAGENET1K_V1", "efficientnet_b7", "efficientnet_b7_lukemelas-dcc49843.pth", "dcc49843",
        resize: 600, crop: 600, top1: 0.84122, top5: 0.96908, bytes: 266_635_372, interpolation: Interpolation.Bicubic);

    /// <summary>EfficientNet_V2_S_Weights.IMAGENET1K_V1 of torchvision: 384 → 384 pixels, top-1 84.228 %, top-5 96.878 %.</summary>
    public static PretrainedWeights EfficientNetV2SImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_V2_S_Weights.IMAGENET1K_V1", "efficientnet_v2_s", "efficientnet_v2_s-dd5fe13b.pth", "dd5fe13b",
        resize: 384, crop: 384, top1: 0.84228, top5: 0.96878, bytes: 86_449_880);

    /// <summary>EfficientNet_V2_M_Weights.IMAGENET1K_V1 of torchvision: 480 → 480 pixels, top-1 85.112 %, top-5 97.156 %.</summary>
    public static PretrainedWeights EfficientNetV2MImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_V2_M_Weights.IMAGENET1K_V1", "efficientnet_v2_m", "efficientnet_v2_m-dc08266a.pth", "dc08266a",
        resize: 480, crop: 480, top1: 0.85112, top5: 0.97156, bytes: 217_726_180);

    /// <summary>EfficientNet_V2_L_Weights.IMAGENET1K_V1 of torchvision: 480 → 480 pixels, top-1 85.808 %, top-5 97.788 %.</summary>
    public static PretrainedWeights EfficientNetV2LImageNet1KV1 { get; } = ImageNet(
        "EfficientNet_V2_L_Weights.IMAGENET1K_V1", "efficientnet_v2_l", "efficientnet_v2_l-59c71312.pth", "59c71312",
        resize: 480, crop: 480, top1: 0.85808, top5: 0.97788, bytes: 476_112_260, interpolation: Interpolation.Bicubic, normalization: s_minusOneToOne);

    private static PretrainedWeights[] EfficientNetWeights =>
    [
        EfficientNetB0ImageNet1KV1,
        EfficientNetB1ImageNet1KV1,
        EfficientNetB1ImageNet1KV2,
        EfficientNetB2ImageNet1KV1,
        EfficientNetB3ImageNet1KV1,
        EfficientNetB4ImageNet1KV1,
        EfficientNetB5ImageNet1KV1,
        EfficientNetB6ImageNet1KV1,
        EfficientNetB7ImageNet1KV1,
        EfficientNetV2SImageNet1KV1,
        EfficientNetV2MImageNet1KV1,
        EfficientNetV2LImageNet1KV1,
    ];
}

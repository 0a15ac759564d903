using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

public sealed partial record PretrainedWeights
{
    /// <summary>RegNet_Y_400MF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 74.046 %, top-5 91.716 %.</summary>
    public static PretrainedWeights RegNetY400MFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_400MF_Weights.IMAGENET1K_V1", "regnet_y_400mf", "regnet_y_400mf-c65dace8.pth", "c65dace8",
        resize: 256, crop: 224, top1: 0.74046, top5: 0.91716, bytes: 17_485_396, isDefault: false);

    /// <summary>RegNet_Y_400MF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 75.804 %, top-5 92.742 %.</summary>
    public static PretrainedWeights RegNetY400MFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_400MF_Weights.IMAGENET1K_V2", "regnet_y_400mf", "regnet_y_400mf-e6988f5f.pth", "e6988f5f",
        resize: 232, crop: 224, top1: 0.75804, top5: 0.92742, bytes: 17_485_396);

    /// <summary>RegNet_Y_800MF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 76.42 %, top-5 93.136 %.</summary>
    public static PretrainedWeights RegNetY800MFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_800MF_Weights.IMAGENET1K_V1", "regnet_y_800mf", "regnet_y_800mf-1b27b58c.pth", "1b27b58c",
        resize: 256, crop: 224, top1: 0.7642, top5: 0.93136, bytes: 25_851_964, isDefault: false);

    /// <summary>RegNet_Y_800MF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 78.828 %, top-5 94.502 %.</summary>
    public static PretrainedWeights RegNetY800MFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_800MF_Weights.IMAGENET1K_V2", "regnet_y_800mf", "regnet_y_800mf-58fc7688.pth", "58fc7688",
        resize: 232, crop: 224, top1: 0.78828, top5: 0.94502, bytes: 25_851_964);

    /// <summary>RegNet_Y_1_6GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.95 %, top-5 93.966 %.</summary>
    public static PretrainedWeights RegNetY1_6GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_1_6GF_Weights.IMAGENET1K_V1", "regnet_y_1_6gf", "regnet_y_1_6gf-b11a554e.pth", "b11a554e",
        resize: 256, crop: 224, top1: 0.7795, top5: 0.93966, bytes: 45_020_752, isDefault: false);

    /// <summary>RegNet_Y_1_6GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 80.876 %, top-5 95.444 %.</summary>
    public static PretrainedWeights RegNetY1_6GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_1_6GF_Weights.IMAGENET1K_V2", "regnet_y_1_6gf", "regnet_y_1_6gf-0d7bc02a.pth", "0d7bc02a",
        resize: 232, crop: 224, top1: 0.80876, top5: 0.95444, bytes: 45_020_752);

    /// <summary>RegNet_Y_3_2GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 78.948 %, top-5 94.576 %.</summary>
    public static PretrainedWeights RegNetY3_2GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_3_2GF_Weights.IMAGENET1K_V1", "regnet_y_3_2gf", "regnet_y_3_2gf-b5a9779c.pth", "b5a9779c",
        resize: 256, crop: 224, top1: 0.78948, top5: 0.94576, bytes: 78_010_264, isDefault: false);

    /// <summary>RegNet_Y_3_2GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.982 %, top-5 95.972 %.</summary>
    public static PretrainedWeights RegNetY3_2GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_3_2GF_Weights.IMAGENET1K_V2", "regnet_y_3_2gf", "regnet_y_3_2gf-9180c971.pth", "9180c971",
        resize: 232, crop: 224, top1: 0.81982, top5: 0.95972, bytes: 78_010_264);

    /// <summary>RegNet_Y_8GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 80.032 %, top-5 95.048 %.</summary>
    public static PretrainedWeights RegNetY8GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_8GF_Weights.IMAGENET1K_V1", "regnet_y_8gf", "regnet_y_8gf-d0d0e4a8.pth", "d0d0e4a8",
        resize: 256, crop: 224, top1: 0.80032, top5: 0.95048, bytes: 157_872_224, isDefault: false);

    /// <summary>RegNet_Y_8GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.828 %, top-5 96.33 %.</summary>
    public static PretrainedWeights RegNetY8GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_8GF_Weights.IMAGENET1K_V2", "regnet_y_8gf", "regnet_y_8gf-dc2b1b54.pth", "dc2b1b54",
        resize: 232, crop: 224, top1: 0.82828, top5: 0.9633, bytes: 157_872_224);

    /// <summary>RegNet_Y_16GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 80.424 %, top-5 95.24 %.</summary>
    public static PretrainedWeights RegNetY16GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_16GF_Weights.IMAGENET1K_V1", "regnet_y_16gf", "regnet_y_16gf-9e6ed7dd.pth", "9e6ed7dd",
        resize: 256, crop: 224, top1: 0.80424, top5: 0.9524, bytes: 334_852_060, isDefault: false);

    /// <summary>RegNet_Y_16GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.886 %, top-5 96.328 %.</summary>
    public static PretrainedWeights RegNetY16GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_16GF_Weights.IMAGENET1K_V2", "regnet_y_16gf", "regnet_y_16gf-3e4a00f9.pth", "3e4a00f9",
        resize: 232, crop: 224, top1: 0.82886, top5: 0.96328, bytes: 334_852_060);

    /// <summary>
    /// RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1 of torchvision: 384 → 384 pixels, top-1 86.012 %, top-5 98.054 %. For use that is not commercial:
    /// see <see cref="License"/>.
    /// </summary>
    public static PretrainedWeights RegNetY16GFImageNet1KSwagE2EV1 { get; } = ImageNet(
        "RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1", "regnet_y_16gf", "regnet_y_16gf_swag-43afe44d.pth", "43afe44d",
        resize: 384, crop: 384, top1: 0.86012, top5: 0.98054, bytes: 334_852_060, interpolation: Interpolation.Bicubic, isDefault: false,
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE");

    /// <summary>
    /// RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_LINEAR_V1 of torchvision: 224 → 224 pixels, top-1 83.976 %, top-5 97.244 %. For use that is not
    /// commercial: see <see cref="License"/>.
    /// </summary>
    public static PretrainedWeights RegNetY16GFImageNet1KSwagLinearV1 { get; } = ImageNet(
        "RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_LINEAR_V1", "regnet_y_16gf", "regnet_y_16gf_lc_swag-f3ec0043.pth", "f3ec0043",
        resize: 224, crop: 224, top1: 0.83976, top5: 0.97244, bytes: 334_852_060, interpolation: Interpolation.Bicubic, isDefault: false,
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE");

    /// <summary>RegNet_Y_32GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 80.878 %, top-5 95.34 %.</summary>
    public static PretrainedWeights RegNetY32GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_Y_32GF_Weights.IMAGENET1K_V1", "regnet_y_32gf", "regnet_y_32gf-4dee3f7a.pth", "4dee3f7a",
        resize: 256, crop: 224, top1: 0.80878, top5: 0.9534, bytes: 580_820_492, isDefault: false);

    /// <summary>RegNet_Y_32GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 83.368 %, top-5 96.498 %.</summary>
    public static PretrainedWeights RegNetY32GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_Y_32GF_Weights.IMAGENET1K_V2", "regnet_y_32gf", "regnet_y_32gf-8db6d4b5.pth", "8db6d4b5",
        resize: 232, crop: 224, top1: 0.83368, top5: 0.96498, bytes: 580_820_492);

    /// <summary>
    /// RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_E2E_V1 of torchvision: 384 → 384 pixels, top-1 86.838 %, top-5 98.362 %. For use that is not commercial:
    /// see <see cref="License"/>.
    /// </summary>
    public static PretrainedWeights RegNetY32GFImageNet1KSwagE2EV1 { get; } = ImageNet(
        "RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_E2E_V1", "regnet_y_32gf", "regnet_y_32gf_swag-04fdfa75.pth", "04fdfa75",
        resize: 384, crop: 384, top1: 0.86838, top5: 0.98362, bytes: 580_820_492, interpolation: Interpolation.Bicubic, isDefault: false,
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE");

    /// <summary>
    /// RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_LINEAR_V1 of torchvision: 224 → 224 pixels, top-1 84.622 %, top-5 97.48 %. For use that is not
    /// commercial: see <see cref="License"/>.
    /// </summary>
    public static PretrainedWeights RegNetY32GFImageNet1KSwagLinearV1 { get; } = ImageNet(
        "RegNet_Y_32GF_Weights.IMAGENET1K_SWAG_LINEAR_V1", "regnet_y_32gf", "regnet_y_32gf_lc_swag-e1583746.pth", "e1583746",
        resize: 224, crop: 224, top1: 0.84622, top5: 0.9748, bytes: 580_820_492, interpolation: Interpolation.Bicubic, isDefault: false,
        license: "https://github.com/facebookresearch/SWAG/blob/main/LICENSE");

    /// <summary>RegNet_X_400MF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 72.834 %, top-5 90.95 %.</summary>
    public static PretrainedWeights RegNetX400MFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_400MF_Weights.IMAGENET1K_V1", "regnet_x_400mf", "regnet_x_400mf-adf1edd5.pth", "adf1edd5",
        resize: 256, crop: 224, top1: 0.72834, top5: 0.9095, bytes: 22_135_612, isDefault: false);

    /// <summary>RegNet_X_400MF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 74.864 %, top-5 92.322 %.</summary>
    public static PretrainedWeights RegNetX400MFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_400MF_Weights.IMAGENET1K_V2", "regnet_x_400mf", "regnet_x_400mf-62229a5f.pth", "62229a5f",
        resize: 232, crop: 224, top1: 0.74864, top5: 0.92322, bytes: 22_135_612);

    /// <summary>RegNet_X_800MF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 75.212 %, top-5 92.348 %.</summary>
    public static PretrainedWeights RegNetX800MFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_800MF_Weights.IMAGENET1K_V1", "regnet_x_800mf", "regnet_x_800mf-ad17e45c.pth", "ad17e45c",
        resize: 256, crop: 224, top1: 0.75212, top5: 0.92348, bytes: 29_188_084, isDefault: false);

    /// <summary>RegNet_X_800MF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 77.522 %, top-5 93.826 %.</summary>
    public static PretrainedWeights RegNetX800MFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_800MF_Weights.IMAGENET1K_V2", "regnet_x_800mf", "regnet_x_800mf-94a99ebd.pth", "94a99ebd",
        resize: 232, crop: 224, top1: 0.77522, top5: 0.93826, bytes: 29_188_084);

    /// <summary>RegNet_X_1_6GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 77.04 %, top-5 93.44 %.</summary>
    public static PretrainedWeights RegNetX1_6GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_1_6GF_Weights.IMAGENET1K_V1", "regnet_x_1_6gf", "regnet_x_1_6gf-e3633e7f.pth", "e3633e7f",
        resize: 256, crop: 224, top1: 0.7704, top5: 0.9344, bytes: 36_934_796, isDefault: false);

    /// <summary>RegNet_X_1_6GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 79.668 %, top-5 94.922 %.</summary>
    public static PretrainedWeights RegNetX1_6GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_1_6GF_Weights.IMAGENET1K_V2", "regnet_x_1_6gf", "regnet_x_1_6gf-a12f2b72.pth", "a12f2b72",
        resize: 232, crop: 224, top1: 0.79668, top5: 0.94922, bytes: 36_934_796);

    /// <summary>RegNet_X_3_2GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 78.364 %, top-5 93.992 %.</summary>
    public static PretrainedWeights RegNetX3_2GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_3_2GF_Weights.IMAGENET1K_V1", "regnet_x_3_2gf", "regnet_x_3_2gf-f342aeae.pth", "f342aeae",
        resize: 256, crop: 224, top1: 0.78364, top5: 0.93992, bytes: 61_436_768, isDefault: false);

    /// <summary>RegNet_X_3_2GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.196 %, top-5 95.43 %.</summary>
    public static PretrainedWeights RegNetX3_2GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_3_2GF_Weights.IMAGENET1K_V2", "regnet_x_3_2gf", "regnet_x_3_2gf-7071aa85.pth", "7071aa85",
        resize: 232, crop: 224, top1: 0.81196, top5: 0.9543, bytes: 61_436_768);

    /// <summary>RegNet_X_8GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 79.344 %, top-5 94.686 %.</summary>
    public static PretrainedWeights RegNetX8GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_8GF_Weights.IMAGENET1K_V1", "regnet_x_8gf", "regnet_x_8gf-03ceed89.pth", "03ceed89",
        resize: 256, crop: 224, top1: 0.79344, top5: 0.94686, bytes: 158_652_744, isDefault: false);

    /// <summary>RegNet_X_8GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 81.682 %, top-5 95.678 %.</summary>
    public static PretrainedWeights RegNetX8GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_8GF_Weights.IMAGENET1K_V2", "regnet_x_8gf", "regnet_x_8gf-2b70d774.pth", "2b70d774",
        resize: 232, crop: 224, top1: 0.81682, top5: 0.95678, bytes: 158_652_744);

    /// <summary>RegNet_X_16GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 80.058 %, top-5 94.944 %.</summary>
    public static PretrainedWeights RegNetX16GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_16GF_Weights.IMAGENET1K_V1", "regnet_x_16gf", "regnet_x_16gf-2007eb11.pth", "2007eb11",
        resize: 256, crop: 224, top1: 0.80058, top5: 0.94944, bytes: 217_559_100, isDefault: false);

    /// <summary>RegNet_X_16GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 82.716 %, top-5 96.196 %.</summary>
    public static PretrainedWeights RegNetX16GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_16GF_Weights.IMAGENET1K_V2", "regnet_x_16gf", "regnet_x_16gf-ba3796d7.pth", "ba3796d7",
        resize: 232, crop: 224, top1: 0.82716, top5: 0.96196, bytes: 217_559_100);

    /// <summary>RegNet_X_32GF_Weights.IMAGENET1K_V1 of torchvision: 256 → 224 pixels, top-1 80.622 %, top-5 95.248 %.</summary>
    public static PretrainedWeights RegNetX32GFImageNet1KV1 { get; } = ImageNet(
        "RegNet_X_32GF_Weights.IMAGENET1K_V1", "regnet_x_32gf", "regnet_x_32gf-9d47f8d0.pth", "9d47f8d0",
        resize: 256, crop: 224, top1: 0.80622, top5: 0.95248, bytes: 431_894_600, isDefault: false);

    /// <summary>RegNet_X_32GF_Weights.IMAGENET1K_V2 of torchvision: 232 → 224 pixels, top-1 83.014 %, top-5 96.288 %.</summary>
    public static PretrainedWeights RegNetX32GFImageNet1KV2 { get; } = ImageNet(
        "RegNet_X_32GF_Weights.IMAGENET1K_V2", "regnet_x_32gf", "regnet_x_32gf-6eb8fdc6.pth", "6eb8fdc6",
        resize: 232, crop: 224, top1: 0.83014, top5: 0.96288, bytes: 431_894_600);

    private static PretrainedWeights[] RegNetWeights =>
    [
        RegNetY400MFImageNet1KV1,
        RegNetY400MFImageNet1KV2,
        RegNetY800MFImageNet1KV1,
        RegNetY800MFImageNet1KV2,
        RegNetY1_6GFImageNet1KV1,
        RegNetY1_6GFImageNet1KV2,
        RegNetY3_2GFImageNet1KV1,
        RegNetY3_2GFImageNet1KV2,
        RegNetY8GFImageNet1KV1,
        RegNetY8GFImageNet1KV2,
        RegNetY16GFImageNet1KV1,
        RegNetY16GFImageNet1KV2,
        RegNetY16GFImageNet1KSwagE2EV1,
        RegNetY16GFImageNet1KSwagLinearV1,
        RegNetY32GFImageNet1KV1,
        RegNetY32GFImageNet1KV2,
        RegNetY32GFImageNet1KSwagE2EV1,
        RegNetY32GFImageNet1KSwagLinearV1,
        RegNetX400MFImageNet1KV1,
        RegNetX400MFImageNet1KV2,
        RegNetX800MFImageNet1KV1,
        RegNetX800MFImageNet1KV2,
        RegNetX1_6GFImageNet1KV1,
        RegNetX1_6GFImageNet1KV2,
        RegNetX3_2GFImageNet1KV1,
        RegNetX3_2GFImageNet1KV2,
        RegNetX8GFImageNet1KV1,
        RegNetX8GFImageNet1KV2,
        RegNetX16GFImageNet1KV1,
        RegNetX16GFImageNet1KV2,
        RegNetX32GFImageNet1KV1,
        RegNetX32GFImageNet1KV2,
    ];
}

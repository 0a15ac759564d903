using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>
/// Class activation maps: sums over the channels of a layer's output, each weighted by what the class's logit makes of it. All take the output A and the
/// gradient G of the logit, 1 × channels × height × width, and give height × width numbers of 0 or more.
/// </summary>
internal static class ClassActivation
{
    /// <summary>Grad-CAM: equations 1 and 2 of Selvaraju et al. 2017.</summary>
    public static Tensor GradCam(Tensor activation, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return Positive(gradient.mean([2, 3], keepdim: true) * activation).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Grad-CAM++: equations 15 and 19 of Chattopadhyay et al. 2018 for the score exp(logit), whose higher derivatives are powers of the logit's first. The
    /// factor exp(logit) is the same everywhere and is left out.
    /// </summary>
    public static Tensor GradCamPlusPlus(Tensor activation, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var square = gradient.Squared();
        var denominator = square.Times(2.0).Plus(activation.sum([2, 3], keepdim: true) * square * gradient);
        var share = where(denominator.logical_not(), zeros_like(square), square / denominator);
        return Positive((share * gradient.relu()).sum([2, 3], keepdim: true) * activation).MoveToOuterDisposeScope();
    }

    /// <summary>HiResCAM: Draelos and Carin 2020, section 3.4.</summary>
    public static Tensor HiResCam(Tensor activation, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return Positive(gradient * activation).MoveToOuterDisposeScope();
    }

    /// <summary>LayerCAM: equations 4 to 6 of Jiang et al. 2021.</summary>
    public static Tensor LayerCam(Tensor activation, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return Positive(gradient.relu() * activation).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Eigen-CAM: Muhammad and Yeasin 2020, section III: places × channels projected on the first right singular vector. A singular vector has no sign of its
    /// own; the one is taken with which the places sum to more than 0.
    /// </summary>
    public static Tensor EigenCam(Tensor activation)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = (activation.size(1), activation.size(2), activation.size(3));
        var places = activation.reshape(channels, height * width).transpose(0, 1).to(float64).cpu();
        var (u, s, _) = linalg.svd(places, fullMatrices: false);
        var projection = u.select(1, 0) * s[0];
        var signed = projection * projection.sum().sign();
        return signed.relu().reshape(height, width).to(float32).MoveToOuterDisposeScope();
    }

    // The sum over the channels without what speaks against the class.
    private static Tensor Positive(Tensor weighted) => weighted.sum(1).relu()[0];
}

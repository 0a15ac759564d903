namespace Ml.Cnn.Inspection;

/// <summary>How it is found which parts of an image speak for a class. <see cref="CnnHeatMapOptions.Method"/> chooses.</summary>
/// <remarks>
/// In the formulas A is a layer's output, channels × height × width, and G the gradient of the class's logit with respect to it. All but the last two
/// have the layer's resolution, 7 × 7 at the end of most networks, and are interpolated bilinearly to the image's.
/// </remarks>
public enum CnnHeatMapMethod
{
    /// <summary>Grad-CAM (Selvaraju et al. 2017): each channel weighs the mean of G over its places, and what is negative in the sum is dropped.</summary>
    GradCam,

    /// <summary>
    /// Grad-CAM++ (Chattopadhyay et al. 2018): a channel weighs the sum of G's positive values, each by the share that equation 19 gives its place. Finds
    /// several objects of one class.
    /// </summary>
    GradCamPlusPlus,

    /// <summary>
    /// HiResCAM (Draelos and Carin 2020): G · A place by place, summed over the channels: exactly what each place adds to the logit where only linear layers
    /// follow.
    /// </summary>
    HiResCam,

    /// <summary>LayerCAM (Jiang et al. 2021): as HiResCAM with the positive values of G alone. Works at early layers, whose resolution is higher.</summary>
    LayerCam,

    /// <summary>
    /// Eigen-CAM (Muhammad and Yeasin 2020): the projection of A on its first principal component, not centered. No gradient, and the same for every class.
    /// </summary>
    EigenCam,

    /// <summary>
    /// Score-CAM (Wang et al. 2020): a channel weighs the softmax of the logits that the image has where it is covered but for what the channel shows
    /// (algorithm 1). A pass through the network for each channel of the layer.
    /// </summary>
    ScoreCam,

    /// <summary>
    /// Occlusion sensitivity (Zeiler and Fergus 2014, section 4.2): by how much the logit falls where a patch of the image is covered, a mean over the
    /// patches that cover a pixel. Takes no layer, and a pass through the network for each patch.
    /// </summary>
    Occlusion,

    /// <summary>
    /// Integrated gradients (Sundararajan et al. 2017): the gradient of the logit with respect to each pixel, a mean over the way from an image of the mean
    /// color to this one, times what the pixel differs by. The sum over all pixels is the difference of the two logits. Takes no layer.
    /// </summary>
    IntegratedGradients,
}

using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter;

/// <summary>What <see cref="OnnxNetwork.Load"/> is told beside the file.</summary>
public sealed class OnnxImportOptions
{
    /// <summary>The network's name, which no built-in network has. Default: the file's name with its ending, "cats.onnx".</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Height and width of the images in pixels, at least 1, where the file leaves them open. Default 224. A file that says them is read with its own.
    /// </summary>
    public int? ImageSize { get; set; }

    /// <summary>The name of the output that tells classes. Default: the file's only one.</summary>
    public string? Output { get; set; }

    /// <summary>
    /// Whether training starts from random weights, and the file gives the structure alone. Default: no, training starts from the file's weights.
    /// </summary>
    public bool RandomWeights { get; set; }

    /// <summary>
    /// Whether the last layer of the file's network tells classes. If not, a linear layer for the classes is put behind it, which starts afresh. Default: yes
    /// where the last layer with weights is linear, or a convolution of 1 × 1, with no addition or concatenation behind it.
    /// </summary>
    public bool? HasClassifier { get; set; }

    /// <summary>
    /// Whether the file's network takes the channels in the order blue, green, red. The first convolution is then turned around, since images come as red,
    /// green, blue. Default: no; an order that the file's own graph changes is found there.
    /// </summary>
    public bool BlueFirst { get; set; }

    /// <summary>
    /// How the network that is made expects images, whole. Default: as the file says, by the metadata of this library's own exports or by what its graph does
    /// with the images first; where it says nothing, resized to the network's height and width and normalized as ImageNet's are.
    /// </summary>
    public ImagePreprocessing? Preprocessing { get; set; }

    /// <summary>The most bytes that the file and the files of weights beside it may have, at least 1. Default 16 GiB.</summary>
    public long MaximumBytes { get; set; } = 16L << 30;

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate()
    {
        if (ImageSize < 1)
            throw new ArgumentOutOfRangeException(nameof(ImageSize), ImageSize, "Height and width must be at least 1.");
        if (MaximumBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(MaximumBytes), MaximumBytes, "The number of bytes must be at least 1.");
        Preprocessing?.Validate();
    }
}

using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.AlexNet</c>.</summary>
public sealed class AlexNetOptions : CnnFamilyOptions
{
    /// <summary>Which form of the network. Default: that for one GPU, as in torchvision.</summary>
    public AlexNetVariant Variant { get; set; }

    /// <summary>Dropout before the first two linear layers, from 0 to below 1. Default 0.5.</summary>
    public double Dropout { get; set; } = 0.5;

    /// <summary>
    /// Whether the published form is trained as in its paper (Krizhevsky et al. 2012, §3.5): in two columns, each on a GPU of its own, which exchange maps
    /// behind the second convolution and in the linear layers alone. Without a second GPU both are on the first; on the CPU each has half of the threads.
    /// Default false. With another form: an error.
    /// </summary>
    public bool ModelParallel { get; set; }

    internal override Architecture ToArchitecture()
    {
        if (!Enum.IsDefined(Variant))
            throw OptionCheck.Wrong(nameof(Variant), Variant, "one of the variants");
        if (ModelParallel && Variant != AlexNetVariant.Published)
        {
            throw OptionCheck.Unfit(nameof(ModelParallel), $"{nameof(ModelParallel)} needs {nameof(Variant)} {nameof(AlexNetVariant.Published)}, which alone "
                + $"has two columns, not {Variant}.");
        }
        return AlexNet.Create(Dropout, Variant, ModelParallel);
    }
}

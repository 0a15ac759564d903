using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.LeNet</c>.</summary>
public sealed class LeNetOptions : CnnFamilyOptions
{
    /// <summary>Which form of the network. Default: that of the courses.</summary>
    public LeNetVariant Variant { get; set; }

    /// <summary>The activation after each layer but the last. Default: ReLU. The published form has its own.</summary>
    public LeNetActivation Activation { get; set; }

    /// <summary>The pooling after each convolution. Default: maximum. The published form has its own.</summary>
    public LeNetPooling Pooling { get; set; }

    internal override Architecture ToArchitecture() => Variant switch
    {
        LeNetVariant.Course => LeNet.Create(Activation, Pooling),
        LeNetVariant.Published => LeNet.CreateAsPublished(),
        _ => throw OptionsValidation.Wrong(nameof(Variant), Variant, "one of the variants"),
    };
}

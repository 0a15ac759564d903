using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The ways in which papers draw a network's first weights, where they differ from the layers' own.</summary>
internal static class Initialization
{
    // A rule of outputs is made for ImageNet's. With ten, the logits of 1,280 features would be ten times as large, and the loss that training starts with
    // twice that of guessing.
    private const int FewestOutputs = 1000;

    /// <summary>
    /// Every convolution normal with deviation √(2 / fan_out), which keeps the gradients' variance through rectified units
    /// (He et al. 2015, "Delving deep into rectifiers", §2.2, backward case); its bias 0.
    /// </summary>
    public static void ConvolutionsKaimingFanOut(Module network)
    {
        using var _ = no_grad();
        foreach (var conv in network.modules().OfType<Conv2d>())
        {
            var fanOut = (double)conv.OutChannels * conv.Kernel.Height * conv.Kernel.Width;
            conv.Weight.normal_(0, Math.Sqrt(2 / fanOut));
            conv.Bias?.zero_();
        }
    }

    /// <summary>
    /// Every convolution normal with deviation √(2 / fan_in), which keeps the activations' variance through rectified units
    /// (He et al. 2015, "Delving deep into rectifiers", equation 10); its bias 0.
    /// </summary>
    public static void ConvolutionsKaimingFanIn(Module network)
    {
        using var _ = no_grad();
        foreach (var conv in network.modules().OfType<Conv2d>())
        {
            conv.Weight.normal_(0, Math.Sqrt(2.0 * conv.OutChannels / conv.Weight.numel()));
            conv.Bias?.zero_();
        }
    }

    /// <summary>The same variance from a uniform distribution: over ±√(6 / fan_in).</summary>
    public static void ConvolutionsKaimingUniformFanIn(Module network)
    {
        using var _ = no_grad();
        foreach (var conv in network.modules().OfType<Conv2d>())
        {
            var bound = Math.Sqrt(6.0 * conv.OutChannels / conv.Weight.numel());
            conv.Weight.uniform_(-bound, bound);
            conv.Bias?.zero_();
        }
    }

    /// <summary>
    /// As many of a convolution's filters as it has input channels pass their channel on as it is; the others stay as they were drawn (Zagoruyko and Komodakis
    /// 2017, "DiracNets"; Jordan 2024, section 3.3).
    /// </summary>
    /// <param name="conv">With a middle pixel in its kernel.</param>
    public static void FirstFiltersIdentity(Conv2d conv)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var one = 1.ToScalar();
        var filters = conv.Weight.narrow(0, 0, Math.Min(conv.InChannels, conv.OutChannels));
        filters.zero_();
        filters.select(3, conv.Kernel.Width / 2).select(2, conv.Kernel.Height / 2).diagonal().fill_(one);
    }

    /// <summary>Every convolution normal with the given deviation, bias 0.</summary>
    public static void ConvolutionsNormal(Module network, double deviation)
    {
        using var _ = no_grad();
        foreach (var conv in network.modules().OfType<Conv2d>())
        {
            conv.Weight.normal_(0, deviation);
            conv.Bias?.zero_();
        }
    }

    /// <summary>Every linear layer normal with the given deviation, bias 0.</summary>
    public static void LinearNormal(Module network, double deviation)
    {
        using var _ = no_grad();
        foreach (var linear in network.modules().OfType<Linear>())
        {
            linear.Weight.normal_(0, deviation);
            linear.Bias?.zero_();
        }
    }

    /// <summary>
    /// Every linear layer uniform over ±√(3 / outputs), bias 0: He et al.'s backward case without a rectified unit behind it; fewer outputs than ImageNet's
    /// classes are taken for as many.
    /// </summary>
    public static void LinearKaimingUniformFanOut(Module network)
    {
        using var _ = no_grad();
        foreach (var linear in network.modules().OfType<Linear>())
        {
            var bound = Math.Sqrt(3.0 / Math.Max(linear.Outputs, FewestOutputs));
            linear.Weight.uniform_(-bound, bound);
            linear.Bias?.zero_();
        }
    }

    /// <summary>Every linear layer uniform over ±1/√outputs, bias 0; fewer outputs than ImageNet's classes are taken for as many.</summary>
    public static void LinearUniformFanOut(Module network)
    {
        using var _ = no_grad();
        foreach (var linear in network.modules().OfType<Linear>())
        {
            var bound = 1 / Math.Sqrt(Math.Max(linear.Outputs, FewestOutputs));
            linear.Weight.uniform_(-bound, bound);
            linear.Bias?.zero_();
        }
    }

    /// <summary>Every convolution and linear layer normal with the given deviation, biases 0.</summary>
    public static void Normal(Module network, double deviation)
    {
        using var _ = no_grad();
        foreach (var conv in network.modules().OfType<Conv2d>())
        {
            conv.Weight.normal_(0, deviation);
            conv.Bias?.zero_();
        }
        LinearNormal(network, deviation);
    }

    /// <summary>
    /// Every convolution and linear layer uniform over ±gain · √(6 / (fan_in + fan_out)), for saturating activations
    /// (Glorot and Bengio 2010, equation 16); biases 0. No activation follows the last layer, so its gain is 1.
    /// </summary>
    /// <param name="layers">The layers with weights, from the input to the output.</param>
    /// <param name="gain">The inverse of the activation's slope at 0, so that the signal keeps its size from layer to layer.</param>
    public static void XavierUniform(IReadOnlyList<Layer> layers, double gain)
    {
        using var _ = no_grad();
        foreach (var layer in layers)
        {
            var (weight, bias) = layer switch
            {
                Conv2d conv => (conv.Weight, conv.Bias),
                Linear linear => (linear.Weight, linear.Bias),
                _ => throw new ArgumentException($"A layer of kind {layer.Kind} has no weights.", nameof(layers)),
            };
            init.xavier_uniform_(weight, ReferenceEquals(layer, layers[^1]) ? 1 : gain);
            bias?.zero_();
        }
    }
}

using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The ways in which papers draw a network's first weights, where they differ from the layers' own.</summary>
internal static class Initialisation
{
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
    /// Every convolution and linear layer uniform over ±gain · √(6 / (fan_in + fan_out)), for saturating activations
    /// (Glorot and Bengio 2010, equation 16); biases 0.
    /// </summary>
    public static void XavierUniform(Module network, double gain)
    {
        using var _ = no_grad();
        foreach (var module in network.modules())
        {
            var (weight, bias) = module switch
            {
                Conv2d conv => (conv.Weight, conv.Bias),
                Linear linear => (linear.Weight, linear.Bias),
                _ => (null, null),
            };
            if (weight is null)
                continue;
            init.xavier_uniform_(weight, gain);
            bias?.zero_();
        }
    }
}

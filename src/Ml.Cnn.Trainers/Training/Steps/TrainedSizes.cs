using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Whether a network can be trained on images of several sizes.</summary>
internal static class TrainedSizes
{
    /// <summary>Fails by name where a network does not take all of the sizes that a training asks for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not, or images do not grow to their full size.</exception>
    public static void Check(TrainingSettings settings, Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape, Device device)
    {
        if (settings.Sampling.MultiScale is { } scales)
            Check(nameof(CnnOptions.MultiScale), scales.Sizes, architecture, network, shape, device);
        if (settings.Sampling.ProgressiveResizing is not { } resizing)
            return;
        const string Name = nameof(CnnOptions.ProgressiveResizing);
        Check(Name, [.. resizing.Stages.Select(stage => stage.Size)], architecture, network, shape, device);
        if (resizing.Stages.FirstOrDefault(stage => stage.Size > shape.Height) is { } larger)
            throw OptionCheck.Wrong(Name, larger.Size, $"sizes of at most {shape.Height} pixels, the size that is scored");
        var epochs = settings.Optimization.Epochs;
        if (resizing.StageOf(epochs, epochs) is not null)
            throw OptionCheck.Wrong(Name, resizing, $"over before the last of {epochs} epochs, which is trained on images of {shape.Height} pixels");
    }

    private static void Check(string option, IReadOnlyList<int> sizes, Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape,
        Device device)
    {
        if (shape.Height != shape.Width)
            throw OptionCheck.Wrong(option, $"{shape.Width}×{shape.Height}", "null for images that are not square");
        if (sizes.Min() < architecture.MinimumImageSize)
            throw OptionCheck.Wrong(option, sizes.Min(), $"sizes of at least {architecture.MinimumImageSize} for {architecture.Name}");
        network.eval();
        foreach (var size in sizes)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            try
            {
                network.forward(zeros([1, shape.Channels, size, size], device: device));
            }
            catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or InvalidOperationException or ArgumentException)
            {
                throw OptionCheck.Wrong(option, size, $"null for {architecture.Name}, which is built for images of one size, here {shape.Height}");
            }
        }
    }
}

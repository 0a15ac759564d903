using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>What a convolution is, beside its weights.</summary>
/// <param name="Kernel">The window.</param>
/// <param name="Stride">Pixels between two positions.</param>
/// <param name="Padding">Zeros on each side.</param>
internal readonly record struct Geometry(Size2d Kernel, Size2d Stride, Size2d Padding)
{
    /// <summary>Whether each position is a pixel.</summary>
    public bool IsPointwise => Kernel == 1 && Stride == 1 && Padding == 0;
}

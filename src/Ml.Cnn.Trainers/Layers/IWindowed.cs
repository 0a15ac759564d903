namespace Ml.Cnn.Trainers.Layers;

/// <summary>A layer that slides a window over its input: a convolution or a pooling.</summary>
internal interface IWindowed
{
    /// <summary>Height and width of the window.</summary>
    Size2d Kernel { get; }

    /// <summary>Pixels between two positions of the window.</summary>
    Size2d Stride { get; }

    /// <summary>Pixels added on each side of the input.</summary>
    Size2d Padding { get; }

    /// <summary>Groups of channels that are worked on apart, where they can be chosen.</summary>
    int Groups => 1;
}

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The input and the output of a network.</summary>
/// <param name="Channels">Channels of the input, 1 or more.</param>
/// <param name="Height">Height of the input in pixels.</param>
/// <param name="Width">Width of the input in pixels.</param>
/// <param name="Classes">Number of classes: the length of the output.</param>
public readonly record struct NetworkShape(int Channels, int Height, int Width, int Classes);

namespace Ml.Cnn.Transforms;

/// <summary>What an image file says of itself.</summary>
/// <param name="Width">Of the upright image, in pixels.</param>
/// <param name="Height">Of the upright image, in pixels.</param>
/// <param name="Channels">1 for gray, 3 for colors (a palette and CMYK too), 4 for colors and alpha.</param>
public readonly record struct ImageHeader(int Width, int Height, int Channels);

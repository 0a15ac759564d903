namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Where a depthwise convolution's numbers lie.</summary>
/// <param name="Pixel">Numbers between two pixels of the input.</param>
/// <param name="Step">Numbers between two positions: pixels times the stride.</param>
/// <param name="Width">Pixels in a row of the window.</param>
/// <param name="FirstRow">The first of the window's rows that lies in the map.</param>
/// <param name="EndRow">Behind the last.</param>
/// <param name="Skipped">Weights of a vector of channels that belong to the rows outside.</param>
internal readonly record struct Window(nint Pixel, nint Step, int Width, int FirstRow, int EndRow, nint Skipped);

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Where a product's numbers lie: a position's are some rows of numbers side by side, as a filter's window has them in a map.</summary>
/// <param name="Step">Numbers between two positions.</param>
/// <param name="Rows">Rows of a window; 1 for a filter of one pixel.</param>
/// <param name="Length">Numbers of a row.</param>
/// <param name="RowStep">Numbers between two rows.</param>
internal readonly record struct TileInput(nint Step, int Rows, nint Length, nint RowStep);

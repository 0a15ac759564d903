namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Where a step finds its values.</summary>
/// <param name="memory">The values of the image.</param>
/// <param name="scratch">Memory of the thread.</param>
/// <param name="image">The image: height × width × channels.</param>
internal readonly unsafe struct StepPlace(float* memory, float* scratch, float* image)
{
    public readonly float* Memory = memory;
    public readonly float* Scratch = scratch;
    public readonly float* Image = image;
}

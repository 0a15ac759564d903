namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The size of one image's value: pixels with their channels side by side; a row of numbers is one pixel.</summary>
internal readonly record struct MapSize(int Height, int Width, int Channels)
{
    /// <summary>Numbers in the value.</summary>
    public int Length => Height * Width * Channels;
}

/// <summary>One operation of a <see cref="DirectNetwork"/>. Immutable.</summary>
internal abstract unsafe class DirectOperation
{
    /// <summary>Numbers that may be read and written behind a value's end: vectors go past it.</summary>
    public const int Slack = 16;

    /// <summary>The size of the output.</summary>
    public abstract MapSize Output { get; }

    /// <summary>Numbers of scratch memory that one image needs.</summary>
    public virtual int Scratch => 0;

    /// <summary>Computes some images one after the other.</summary>
    /// <param name="images">How many.</param>
    /// <param name="input">Their values, one behind the other, with <see cref="Slack"/> behind the last.</param>
    /// <param name="output">Takes theirs; up to <see cref="Slack"/> numbers behind the last are overwritten.</param>
    /// <param name="scratch">Memory for a single image.</param>
    public abstract void Run(int images, float* input, float* output, float* scratch);
}

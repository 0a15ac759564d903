namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>One step of a <see cref="DirectGraph"/>: work on one image, in items that threads do in any order and at the same time. Immutable.</summary>
internal abstract unsafe class DirectStep
{
    /// <summary>The value that the step makes.</summary>
    public abstract DirectValue Output { get; }

    /// <summary>The values that it takes.</summary>
    public abstract IEnumerable<DirectValue> Inputs { get; }

    /// <summary>Further values that it makes.</summary>
    public virtual IEnumerable<DirectValue> Others => [];

    /// <summary>Numbers of memory that each thread needs for itself.</summary>
    public virtual long Scratch => 0;

    /// <summary>Memory of the weights in bytes.</summary>
    public virtual long WeightBytes => 0;

    /// <summary>Into how many items the step is cut: no more than the work is worth. What is computed does not depend on it.</summary>
    public abstract int Items(int threads);

    /// <summary>Does an item.</summary>
    /// <param name="item">Its number, from 0.</param>
    /// <param name="items">As <see cref="Items"/> gave it.</param>
    /// <param name="place">Where the values lie.</param>
    public abstract void Run(int item, int items, in StepPlace place);

    /// <summary>A part of a range, as even as whole units allow.</summary>
    protected static (int First, int End) Share(int item, int items, int length, int unit = 1)
    {
        var units = (length + unit - 1) / unit;
        return ((int)((long)units * item / items) * unit, Math.Min(length, (int)((long)units * (item + 1) / items) * unit));
    }
}

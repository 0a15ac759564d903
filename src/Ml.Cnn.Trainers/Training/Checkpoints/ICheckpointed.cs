using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>Something that training remembers from step to step, and that a checkpoint keeps.</summary>
internal interface ICheckpointed
{
    /// <summary>Tells its tensors and numbers from those of the others.</summary>
    string Name { get; }

    /// <summary>
    /// What it remembers. The tensors may be its own: they are written at once, and those that were made for it are freed by the caller's scope.
    /// </summary>
    CheckpointPart Save();

    /// <summary>Takes up what was saved.</summary>
    /// <param name="part">Its tensors are the caller's and must be copied.</param>
    /// <exception cref="WeightsFormatException">The part belongs to something else.</exception>
    void Restore(CheckpointPart part);
}

/// <summary>What one thing remembers.</summary>
/// <param name="Tensors">By name.</param>
/// <param name="Numbers">By name; a double holds a count up to 2⁵³ exactly.</param>
internal sealed record CheckpointPart(IReadOnlyList<KeyValuePair<string, Tensor>> Tensors, IReadOnlyDictionary<string, double> Numbers)
{
    public CheckpointPart(IReadOnlyList<KeyValuePair<string, Tensor>> tensors) : this(tensors, new Dictionary<string, double>()) { }

    /// <exception cref="WeightsFormatException">There is none of that name.</exception>
    public double Number(string name) => Numbers.TryGetValue(name, out var number)
        ? number : throw new WeightsFormatException($"The checkpoint lacks the number '{name}'.");

    /// <summary>Copies a saved tensor over one of the same shape.</summary>
    /// <exception cref="WeightsFormatException">There is none of that name and shape.</exception>
    public void CopyTo(string name, Tensor target)
    {
        var found = Tensors.FirstOrDefault(pair => pair.Key == name).Value ?? throw new WeightsFormatException($"The checkpoint lacks the tensor '{name}'.");
        if (!found.shape.AsSpan().SequenceEqual(target.shape))
            throw new WeightsFormatException($"The checkpoint's tensor {ModuleState.ShapeComplaint(name, found.shape, target.shape)}.");
        using var noGradient = no_grad();
        target.copy_(found);
    }
}

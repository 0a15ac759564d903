namespace Ml.Cnn.Trainers;

/// <summary>How a network is computed for scores.</summary>
public enum CnnScoringMethod
{
    /// <summary>Layer by layer, as it was trained: a network with layers that this library does not know, or one that was not to be compiled.</summary>
    Layers,

    /// <summary>As one call into libtorch, with batch normalization folded, operations fused and weights in the order that the processor wants.</summary>
    Compiled,

    /// <summary>
    /// By the library's own vector instructions, where calls into libtorch would take most of the time: a small network, or one of many short layers.
    /// </summary>
    Direct,

    /// <summary>In ONNX Runtime, from an ONNX file (the package Ml.Cnn.Onnx).</summary>
    OnnxRuntime,
}

/// <summary>One prepared copy of a network that computes scores. See <see cref="CnnClassifier.ScoringCopies"/>.</summary>
public sealed class CnnScoringCopy
{
    internal CnnScoringCopy() { }

    /// <summary>How the copy computes.</summary>
    public CnnScoringMethod Method { get; internal init; }

    /// <summary>The type of values and weights; <see cref="Precision.Auto"/> for what an ONNX file says itself.</summary>
    public Precision Precision { get; internal init; }

    /// <summary>
    /// Images in the batch that the weights are in order for: 1, or more. Other batches give the same scores, perhaps a little more slowly. 0 where the
    /// batch does not matter.
    /// </summary>
    public int Images { get; internal init; }

    /// <summary>
    /// Memory of the copy's own weights in bytes; the network's own, which are kept for saving, come on top. 0 for <see cref="CnnScoringMethod.Layers"/>;
    /// the length of an ONNX file.
    /// </summary>
    public long WeightBytes { get; internal init; }

    /// <summary>Why the network is computed layer by layer; null where it is not.</summary>
    public string? Reason { get; internal init; }

    /// <summary>"compiled, bfloat16, for 32 images, 22.3 MiB".</summary>
    public override string ToString()
    {
        var batch = Images switch { 0 => "", 1 => ", for 1 image", _ => $", for {Images} images" };
        var reason = Reason is null ? "" : $" ({Reason})";
        var precision = Precision == Precision.Auto ? "" : $", {Precision.ToString().ToLowerInvariant()}";
        return FormattableString.Invariant(
            $"{Method.ToString().ToLowerInvariant()}{precision}{batch}, {WeightBytes / 1048576.0:0.0} MiB{reason}");
    }
}

using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Weights that came with a network, such as those of its file.</summary>
/// <param name="Source">Where they are from: "cats.onnx".</param>
/// <param name="Tensors">Names of the network's state and tensors, float32 on the CPU. Nobody changes or disposes them.</param>
/// <param name="Preprocessing">How the network expects images.</param>
/// <param name="PreprocessingReason">Why it is that, to go after "as": "cats.onnx says".</param>
/// <param name="ClassNames">The classes in the order of the output; null where the source does not say.</param>
/// <param name="IsBackbone">Whether the head is not among them.</param>
internal sealed record ArchitectureWeights(string Source, IReadOnlyList<KeyValuePair<string, Tensor>> Tensors, ImagePreprocessing Preprocessing,
    string PreprocessingReason, IReadOnlyList<string>? ClassNames, bool IsBackbone);

using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What a network's training starts from: published weights, a file of weights, a saved model or a trained one. Each of them converts to
/// this by itself: <c>Weights = PretrainedWeights.ResNet50ImageNet1KV2</c>, <c>Weights = "model.zip"</c>, <c>Weights = model</c>.
/// </summary>
public sealed class InitialWeights
{
    private InitialWeights() { }

    internal PretrainedWeights? Published { get; private init; }

    internal string? FileOrName { get; private init; }

    internal string? Key { get; private init; }

    internal CnnTransformer? Model { get; private init; }

    internal ArchitectureWeights? Own { get; private init; }

    /// <summary>The weights that came with a network; null where none did.</summary>
    internal static InitialWeights? Of(Architecture architecture) => architecture.Weights is { } own ? new() { Own = own } : null;

    /// <summary>Published weights, downloaded where they are not in the cache yet.</summary>
    /// <param name="weights">Weights of the network that is trained.</param>
    public static InitialWeights From(PretrainedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new() { Published = weights };
    }

    /// <summary>A file (.pth, .pt, .safetensors, or a model.zip with a network of this library), or the name of published weights.</summary>
    /// <param name="fileOrName">The file's path, or a name such as "resnet50" or "ResNet50_Weights.IMAGENET1K_V2". A file goes first.</param>
    /// <param name="key">
    /// The checkpoint's entry that holds the weights, such as "state_dict". Null, the default: the usual one, and averaged weights ("state_dict_ema",
    /// "model_ema") before plain ones.
    /// </param>
    public static InitialWeights From(string fileOrName, string? key = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileOrName);
        return new() { FileOrName = fileOrName, Key = key };
    }

    /// <summary>A trained network, to be trained further on the same or other classes.</summary>
    /// <param name="model">The network; it stays as it is.</param>
    public static InitialWeights From(CnnTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new() { Model = model };
    }

    /// <inheritdoc cref="From(PretrainedWeights)"/>
    public static implicit operator InitialWeights(PretrainedWeights weights) => From(weights);

    /// <inheritdoc cref="From(string, string)"/>
    public static implicit operator InitialWeights(string fileOrName) => From(fileOrName);

    /// <inheritdoc cref="From(CnnTransformer)"/>
    public static implicit operator InitialWeights(CnnTransformer model) => From(model);

    /// <inheritdoc/>
    public override string ToString() => Published?.Name ?? Own?.Source ?? (FileOrName is null ? $"a trained {Model!.Architecture.Name}" : FileOrName + Entry);

    private string Entry => Key is null ? "" : $" ['{Key}']";
}

using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Weights that somebody named: a file, or published ones that are downloaded where they are needed.</summary>
/// <param name="Path">The file; null for published weights.</param>
/// <param name="Published">The published weights: those that were named, or those whose name or content the file has; null for others.</param>
internal sealed record WeightsSource(string? Path, PretrainedWeights? Published)
{
    private const long MostNamesBytes = 1 << 20;

    /// <summary>The checkpoint's entry that holds the weights; null: the usual one.</summary>
    public string? Key { get; init; }

    /// <summary>The weights meant by a file or a name. A file goes first.</summary>
    /// <exception cref="ArgumentException">There is neither, or they are another network's.</exception>
    public static WeightsSource Find(string text, Architecture architecture)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (File.Exists(text))
            return new(text, Recognize(text, architecture));
        if (Directory.Exists(text) || System.IO.Path.GetExtension(text) is ".pth" or ".pt" or ".safetensors"
            || text.Contains(System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new FileNotFoundException($"There is no file of weights '{text}'.", text);
        return Of(PretrainedWeights.Find(text), architecture);
    }

    /// <exception cref="ArgumentException">The weights are another network's.</exception>
    public static WeightsSource Of(PretrainedWeights weights, Architecture architecture) => weights.Architecture == architecture.Name
        ? new(null, weights)
        : throw new ArgumentException($"{weights.Name} are weights of {weights.Architecture}, not of {architecture.Name}.", nameof(weights));

    /// <summary>Reads the weights, after a download where they are not here yet.</summary>
    public WeightsFile Read(WeightsCache? cache, IProgress<WeightsProgress>? progress, CancellationToken cancellationToken) =>
        WeightsFile.Read(Path ?? (cache ?? new()).Get(Published!, progress, cancellationToken), key: Key);

    /// <summary>How these weights expect images; see <see cref="AssumedPreprocessing"/>.</summary>
    public ImagePreprocessing PreprocessingFor(Architecture architecture, int channels) =>
        AssumedPreprocessing.Of(Published, architecture, channels).Preprocessing;

    // By its name, else by its hash: people rename files. Only of a file as long as the published one is the hash of interest.
    private static PretrainedWeights? Recognize(string path, Architecture architecture)
    {
        var (fileName, length) = (System.IO.Path.GetFileName(path), new FileInfo(path).Length);
        var ofNetwork = PretrainedWeights.All.Where(weights => weights.Architecture == architecture.Name).ToArray();
        if (ofNetwork.FirstOrDefault(weights => weights.FileName == fileName) is { } named)
            return named;
        if (!Array.Exists(ofNetwork, weights => length - weights.TensorBytes is > 0 and < MostNamesBytes))
            return null;
        var hash = WeightsCache.Sha256Of(path);
        return Array.Find(ofNetwork, weights => hash.StartsWith(weights.Sha256Prefix, StringComparison.Ordinal));
    }
}

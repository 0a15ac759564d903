using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Weights that somebody named: a file, or published ones that are downloaded where they are needed.</summary>
/// <param name="Path">The file; null for published weights.</param>
/// <param name="Published">The published weights: those that were named, or those whose file's name the file has; null for others.</param>
internal sealed record WeightsSource(string? Path, PretrainedWeights? Published)
{
    /// <summary>The weights meant by a file or a name. A file goes first.</summary>
    /// <exception cref="ArgumentException">There is neither, or they are another network's.</exception>
    public static WeightsSource Find(string text, Architecture architecture)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (File.Exists(text))
        {
            var fileName = System.IO.Path.GetFileName(text);
            return new(text, PretrainedWeights.All.FirstOrDefault(weights => weights.FileName == fileName && weights.Architecture == architecture.Name));
        }
        if (Directory.Exists(text) || System.IO.Path.GetExtension(text) is ".pth" or ".pt" or ".safetensors" || text.Contains(System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new FileNotFoundException($"There is no file of weights '{text}'.", text);
        return Of(PretrainedWeights.Find(text), architecture);
    }

    /// <exception cref="ArgumentException">The weights are another network's.</exception>
    public static WeightsSource Of(PretrainedWeights weights, Architecture architecture) => weights.Architecture == architecture.Name
        ? new(null, weights)
        : throw new ArgumentException($"{weights.Name} are weights of {weights.Architecture}, not of {architecture.Name}.", nameof(weights));

    /// <summary>Reads the weights, after a download where they are not here yet.</summary>
    public WeightsFile Read(WeightsCache? cache, IProgress<WeightsProgress>? progress, CancellationToken cancellationToken) =>
        WeightsFile.Read(Path ?? (cache ?? new()).Get(Published!, progress, cancellationToken));

    /// <summary>How these weights expect images: as they are evaluated, or as the network's default weights are, or as the network says.</summary>
    public ImagePreprocessing PreprocessingFor(Architecture architecture, int channels)
    {
        var preprocessing = (Published ?? PretrainedWeights.DefaultOf(architecture.Name))?.Preprocessing ?? new ImagePreprocessing
        {
            Height = architecture.ImageSize,
            Width = architecture.ImageSize,
            ResizeShortSide = architecture.ImageSize,
            Normalization = architecture.Normalization,
        };
        return preprocessing with { Channels = channels, Normalization = preprocessing.Normalization.ForChannels(channels) };
    }
}

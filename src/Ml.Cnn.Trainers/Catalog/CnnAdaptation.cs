using Microsoft.ML;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Adaptation;

namespace Ml.Cnn.Trainers;

/// <summary>Adapts trained networks to images of another kind than they were trained on.</summary>
public static class CnnAdaptation
{
    /// <summary>
    /// Computes the statistics of every batch normalization of a trained network anew from unlabeled images of a new domain: another camera, other light,
    /// another scanner (AdaBN; Li et al. 2016, "Revisiting Batch Normalization For Practical Domain Adaptation", algorithm 1). No weight changes, and no label
    /// is needed.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The images should have the classes about as often as those that are scored later: statistics of one class alone are those of that class. Where they
    /// are few, <see cref="CnnAdaptationOptions.SourceImages"/> lets the statistics of training count too. Measure the result where you have labels.
    /// </para>
    /// <para>
    /// Images go through the network as it scores them, in batches, each layer normalizing by its batch; a layer's statistics are those of all batches
    /// together. A calibration of the model is left out: it was fitted on the old domain.
    /// </para>
    /// </remarks>
    /// <param name="model">The network, with batch normalization. It stays as it is, and may be disposed afterwards.</param>
    /// <param name="images">Images in the column that the network reads. Labels are not read.</param>
    /// <param name="options">How. Default: from all images, in batches of 64.</param>
    /// <returns>A network of its own with the same weights and other statistics, to be saved and scored as any.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or the column of images is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network has no batch normalization, there are too few images, or an ONNX file computes the network.
    /// </exception>
    /// <exception cref="BadImageException">An image cannot be decoded, and <see cref="CnnClassifier.OnBadImage"/> says that this fails.</exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <example>
    /// <code>
    /// using CnnTransformer night = day.AdaptTo(nightPhotos);
    /// </code>
    /// </example>
    public static CnnTransformer AdaptTo(this CnnTransformer model, IDataView images, CnnAdaptationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        options ??= new();
        if (options.MostImages < 2)
            throw OptionCheck.Wrong(nameof(options.MostImages), options.MostImages, "at least 2");
        if (options.SourceImages < 0)
            throw OptionCheck.Wrong(nameof(options.SourceImages), options.SourceImages, "0 or more");
        if (options.BatchSize < 2)
            throw OptionCheck.Wrong(nameof(options.BatchSize), options.BatchSize, "at least 2");
        return TrainingThread.Run(() => new DomainStatistics(model, options).Compute(images));
    }
}

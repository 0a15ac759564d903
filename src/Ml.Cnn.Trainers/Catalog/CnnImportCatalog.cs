using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Transformers;
using Ml.Cnn.Trainers.Weights;

namespace Microsoft.ML;

/// <summary>Models from weights that others trained, beside ML.NET's own methods on <c>mlContext.Model</c>.</summary>
public static class CnnImportCatalog
{
    /// <summary>Makes a model that scores images from weights alone, with no training.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network's name, "resnet50".</param>
    /// <param name="weights">
    /// A file (.pth, .pt, .safetensors), or the name of published weights ("resnet50", "ResNet50_Weights.IMAGENET1K_V2"), which are
    /// downloaded where they are not in the cache yet.
    /// </param>
    /// <param name="options">Class names, columns, preprocessing.</param>
    /// <exception cref="ArgumentException">There is no such network or no such weights, or the class names are not as many as the classes.</exception>
    /// <exception cref="WeightsFormatException">The file is no weights, or not those of this network.</exception>
    /// <exception cref="WeightsDownloadException">The weights cannot be downloaded.</exception>
    /// <example>
    /// <code>
    /// CnnTransformer model = mlContext.Model.ImportCnn("resnet50", "resnet50-11ad3fa6.pth", new() { FeatureColumnName = "Image" });
    /// </code>
    /// </example>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, string architecture, string weights, CnnImportOptions? options = null) =>
        catalog.ImportCnn(architecture, weights, options, out _);

    /// <inheritdoc cref="ImportCnn(ModelOperationsCatalog, string, string, CnnImportOptions)"/>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network's name, "resnet50".</param>
    /// <param name="weights">A file, or the name of published weights.</param>
    /// <param name="options">Class names, columns, preprocessing; null: the defaults.</param>
    /// <param name="report">What was read, and what was assumed.</param>
    public static CnnTransformer ImportCnn(
        this ModelOperationsCatalog catalog, string architecture, string weights, CnnImportOptions? options, out CnnImportReport report)
    {
        return catalog.ImportCnn(ArchitectureCatalog.Find(architecture), weights, options, out report);
    }

    /// <summary>Makes a model that scores images from a network, such as one of your own, and its weights, with no training.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="weights">A file (.pth, .pt, .safetensors) with the names of the network's parameters, or the name of published weights.</param>
    /// <param name="options">Class names, columns, preprocessing.</param>
    /// <exception cref="ArgumentException">
    /// There are no such weights, the class names are not as many as the classes, or something that the architecture declares is outside its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">The architecture declares a head or stages that its module does not have.</exception>
    /// <exception cref="WeightsFormatException">The file is no weights, or not those of this network.</exception>
    /// <exception cref="WeightsDownloadException">The weights cannot be downloaded.</exception>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, Architecture architecture, string weights,
        CnnImportOptions? options = null) =>
        catalog.ImportCnn(architecture, weights, options, out _);

    /// <inheritdoc cref="ImportCnn(ModelOperationsCatalog, Architecture, string, CnnImportOptions)"/>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="weights">A file, or the name of published weights.</param>
    /// <param name="options">Class names, columns, preprocessing; null: the defaults.</param>
    /// <param name="report">What was read, and what was assumed.</param>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, Architecture architecture, string weights, CnnImportOptions? options,
        out CnnImportReport report)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.Check();
        options ??= new();
        var source = WeightsSource.Find(weights, architecture) with { Key = options.WeightsKey };
        return NetworkImport.Import(MlNetEnvironment.Of(catalog), architecture, source, options, out report);
    }

    /// <summary>Makes a model that scores images from a network that came with its weights, such as that of an ONNX file, with no training.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network and its weights.</param>
    /// <param name="options">Class names, columns, preprocessing. Default for names and preprocessing: what the network's source says of them.</param>
    /// <exception cref="ArgumentException">
    /// No weights came with the network, or no classifier is among them; or the class names are not as many as the classes.
    /// </exception>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, Architecture architecture, CnnImportOptions? options = null) =>
        catalog.ImportCnn(architecture, options, out _);

    /// <inheritdoc cref="ImportCnn(ModelOperationsCatalog, Architecture, CnnImportOptions)"/>
    /// <param name="catalog">The catalog.</param>
    /// <param name="architecture">The network and its weights.</param>
    /// <param name="options">Class names, columns, preprocessing; null: what the network's source says.</param>
    /// <param name="report">What was read, and what was assumed.</param>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, Architecture architecture, CnnImportOptions? options,
        out CnnImportReport report)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.Check();
        return NetworkImport.Import(MlNetEnvironment.Of(catalog), architecture, options ?? new(), out report);
    }

    /// <summary>Makes a model that scores images from published weights.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="weights">The weights, such as <c>PretrainedWeights.ResNet50ImageNet1KV2</c>.</param>
    /// <param name="options">Class names, columns, preprocessing.</param>
    /// <exception cref="WeightsDownloadException">The weights cannot be downloaded.</exception>
    public static CnnTransformer ImportCnn(this ModelOperationsCatalog catalog, PretrainedWeights weights, CnnImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(weights);
        var network = ArchitectureCatalog.Find(weights.Architecture);
        return NetworkImport.Import(MlNetEnvironment.Of(catalog), network, WeightsSource.Of(weights, network), options ?? new(), out _);
    }
}

using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>Makes a network of the library of a file's.</summary>
internal static class ImportedNetwork
{
    private const int ClassesOfNone = 1000; // that a head for features has unless somebody says how many there are

    /// <summary>Reads a file's network.</summary>
    /// <param name="file">The file.</param>
    /// <param name="fileName">Its name without folders.</param>
    /// <param name="options">What was said beside it.</param>
    /// <exception cref="OnnxFormatException">The network cannot be made of the library's layers.</exception>
    public static Architecture Of(OnnxSource file, string fileName, OnnxImportOptions options)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var onnx = new OnnxGraph(file.Model, options.Output);
        var input = new ImageInput(onnx.Input, options.ImageSize);
        var budget = new ImportBudget(() => file.AllBytes);
        var lowering = new Lowering(onnx, input.Source, input.Value, input.Batch, new(file.Weights), budget);
        var graph = new StepGraph(lowering.Steps, lowering.Output, budget);
        var normalization = Simplify(graph, input.IsBytes, options.BlueFirst);
        var isBackbone = !HasClassifier(graph, options.HasClassifier);
        Classifier.MakeRows(graph);
        var head = isBackbone ? Classifier.Append(graph, ClassesOfNone) : Classifier.Find(graph)!;
        Leftovers.Check(graph);
        return Make(file, fileName, options, graph, normalization, head, isBackbone, budget);
    }

    private static Normalization? Simplify(StepGraph graph, bool isBytes, bool blueFirst)
    {
        graph.Sweep();
        ShapePatterns.Recognize(graph);
        Classifier.WithoutSoftmax(graph);
        AffinePatterns.Merge(graph);
        var normalization = InputPreprocessing.TakeOut(graph, isBytes, blueFirst);
        ActivationPatterns.Recognize(graph);
        LayerNormPatterns.Recognize(graph);
        CompositePatterns.Recognize(graph);
        AffinePatterns.TakeIn(graph);
        ShapePatterns.Recognize(graph);
        return normalization;
    }

    private static bool HasClassifier(StepGraph graph, bool? wanted)
    {
        var has = Classifier.Find(graph) is not null;
        return wanted != true || has ? has && wanted != false
            : throw new OnnxFormatException($"its last layer, '{graph.Output.Kind}', is no classifier: "
                + $"{nameof(OnnxImportOptions.HasClassifier)} is not true of it");
    }

    private static Architecture Make(OnnxSource file, string fileName, OnnxImportOptions options, StepGraph graph, Normalization? normalization,
        ImportStep head,
        bool isBackbone, ImportBudget budget)
    {
        var names = StepNames.Of(graph);
        var written = new LayerGraphWriter(graph, names);
        var bytes = written.Weights.Sum(weight => weight.Value.numel() * sizeof(float));
        if (bytes > budget.Most)
            throw new OnnxFormatException($"its layers have {bytes} bytes of weights, and the file only {file.AllBytes}");
        var headPath = HeadPath(graph, names, head);
        var (shape, classes) = (graph.Source.Shape, graph.Output.Shape[0]);
        var metadata = FileMetadata.Of(file.Model, shape, classes);
        var preprocessing = PreprocessingOf(options, metadata, normalization, shape);
        var architecture = new Architecture(options.Name ?? NameOf(fileName), written.Layers)
        {
            ImageSize = shape[1],
            MinimumImageSize = Math.Min(ImageSizes.Smallest(graph), shape[1]),
            Channels = shape[0],
            DefaultClasses = classes,
            Normalization = preprocessing.Preprocessing.Normalization,
            Head = headPath,
            Stages = StageList.Of(graph, names, [.. written.Weighted, headPath], headPath),
        };
        architecture.Check();
        using (architecture.BuildWithoutWeights(new(shape[0], shape[1], shape[2], classes)))
        {
            // Only to see that it can be.
        }
        return options.RandomWeights ? architecture : architecture with
        {
            Weights = new(fileName, [.. written.Weights.Select(weight => KeyValuePair.Create(weight.Key, weight.Value.DetachFromDisposeScope()))],
                preprocessing.Preprocessing, preprocessing.Reason, isBackbone ? null : metadata.ClassNames, isBackbone),
        };
    }

    // The codes that a radial basis compares with belong to the layer before, whose outputs they are.
    private static string HeadPath(StepGraph graph, Dictionary<ImportStep, string> names, ImportStep head)
    {
        if (!head.Is(LayerKinds.RadialBasis))
            return names[head];
        var dot = names[head].LastIndexOf('.');
        var path = dot < 0 ? "" : names[head][..dot];
        return path.Length > 0 && graph.Steps.Any(step => step.Is(LayerKinds.Linear) && Architecture.IsUnder(path, names[step])) ? path
            : throw head.Wrong("has no layer beside it that learns");
    }

    private static (ImagePreprocessing Preprocessing, string Reason) PreprocessingOf(OnnxImportOptions options, FileMetadata metadata,
        Normalization? normalization,
        int[] shape)
    {
        if (options.Preprocessing is { } given)
            return (given, "the options say");
        if (metadata.Preprocessing is { } said)
            return (normalization is null ? said : said with { Normalization = normalization }, "the file says");
        return (new()
        {
            Height = shape[1],
            Width = shape[2],
            Channels = shape[0],
            ResizeShortSide = shape[1] == shape[2] ? shape[1] : null,
            Normalization = normalization ?? Normalization.ImageNet.ForChannels(shape[0]),
        }, normalization is null ? "ImageNet's are, since the file does not say" : "the file's graph does");
    }

    private static string NameOf(string fileName) => ArchitectureDeclaration.IsTaken(fileName) ? fileName + ".onnx" : fileName;
}

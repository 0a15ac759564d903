using System.IO.Compression;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>model.zip and the network in it.</summary>
internal static class ModelFile
{
    private const string Wanted = "Give the file that 'mlcnn train' or 'mlcnn import' saved.";

    private static readonly string[] s_weightsEndings = [".pth", ".pt", ".ckpt", ".bin", ".safetensors"];

    /// <summary>Loads the network of a saved pipeline, or its networks, ready to score any images and to name those that are bad.</summary>
    /// <param name="mlContext">Loads it.</param>
    /// <param name="path">As the command line gave it.</param>
    /// <exception cref="CommandException">There is no such file, or no network in it.</exception>
    public static CnnClassifier LoadClassifier(MLContext mlContext, string path) =>
        LoadPipeline(mlContext, path).Classifier.WithBadImages(BadImageHandling.Fail);

    /// <summary>Loads a model of a single network.</summary>
    /// <param name="mlContext">Loads it.</param>
    /// <param name="path">As the command line gave it.</param>
    /// <exception cref="CommandException">There is no such file, or no network in it, or several.</exception>
    public static CnnTransformer LoadNetwork(MLContext mlContext, string path) =>
        NetworkOf(LoadPipeline(mlContext, path), path).WithBadImages(BadImageHandling.Fail);

    /// <summary>The network of a model of a single one, as libtorch computes it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">As the command line gave it.</param>
    /// <exception cref="CommandException">There are several networks, or there is an ONNX file.</exception>
    public static CnnTransformer NetworkOf(SavedPipeline model, string path) => model.Classifier switch
    {
        CnnTransformer network => network,
        CnnEnsemble => throw new CommandException($"--model: '{path}' is an ensemble of several networks. Name one of a single network."),
        _ => throw new CommandException($"--model: '{path}' holds its network as an ONNX file, for scoring alone. Name the model.zip that it was made of."),
    };

    /// <summary>Loads a saved pipeline whole.</summary>
    /// <param name="mlContext">Loads it.</param>
    /// <param name="path">As the command line gave it.</param>
    /// <exception cref="CommandException">There is no such file, or no network in it.</exception>
    public static SavedPipeline LoadPipeline(MLContext mlContext, string path)
    {
        CheckArchive(path);
        ITransformer model;
        DataViewSchema? schema;
        try
        {
            model = mlContext.Model.Load(path, out schema);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new CommandException($"--model: '{path}' cannot be loaded: {Messages.Describe(e)}", e);
        }
        var classifier = CnnClassifier.Find(model)
            ?? throw new CommandException($"--model: '{path}' is an ML.NET model without a convolutional network of this library.");
        return new(model, schema, classifier);
    }

    /// <summary>Looks whether a file may be a model. ML.NET's own messages about others name neither the file nor what to do.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static void CheckArchive(string path)
    {
        if (Directory.Exists(path))
            throw new CommandException($"--model: '{path}' is a folder. {Wanted}");
        if (!File.Exists(path))
            throw new CommandException($"--model: there is no file '{path}'. {Wanted}");
        var ending = Path.GetExtension(path).ToLowerInvariant();
        if (s_weightsEndings.Contains(ending))
            throw IsWeights(path);
        if (ending == ".onnx")
            throw new CommandException($"--model: '{path}' is an ONNX file, not a model. "
                + $"'mlcnn import --arch {path} --out model.zip' makes a model of it, 'mlcnn train --arch {path} …' trains it further.");
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length == 0)
                throw new CommandException($"--model: '{path}' is empty. {Wanted}");
            CheckContent(path, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--model: '{path}' cannot be read: {Messages.Describe(e)}", e);
        }
    }

    private static void CheckContent(string path, FileStream file)
    {
        Span<byte> first = stackalloc byte[4];
        var isArchive = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual("PK\u0003\u0004"u8);
        if (!isArchive)
            throw new CommandException($"--model: '{path}' is not a model: models are zip archives. {Wanted}");
        file.Position = 0;
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            if (archive.Entries.Any(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)))
                throw IsWeights(path);
            if (!archive.Entries.Any(entry => entry.Name == "Model.key"))
                throw new CommandException($"--model: '{path}' is a zip archive, but not one of a model. {Wanted}");
        }
        catch (InvalidDataException e)
        {
            throw new CommandException($"--model: '{path}' is cut off or damaged: "
                + "it begins as a zip archive and has no table of contents at its end. Copy or save it again.", e);
        }
    }

    private static CommandException IsWeights(string path) => new(
        $"--model: '{path}' holds weights, not a model. 'mlcnn import --arch NAME --weights {path} --out model.zip' makes a model of them.");
}

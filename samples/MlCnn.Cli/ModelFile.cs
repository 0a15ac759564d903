using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>model.zip and the network in it.</summary>
internal static class ModelFile
{
    /// <summary>Loads the network of a saved pipeline, ready to score any images and to name those that are bad.</summary>
    /// <exception cref="CommandException">There is no such file, or no network in it.</exception>
    public static CnnTransformer LoadNetwork(MLContext mlContext, string path)
    {
        if (!File.Exists(path))
            throw new CommandException(Directory.Exists(path) ? $"--model: '{path}' is a folder, not a model." : $"--model: there is no file '{path}'.");
        ITransformer model;
        try
        {
            model = mlContext.Model.Load(path, out _);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new CommandException($"--model: '{path}' cannot be loaded: {e.GetBaseException().Message}", e);
        }
        var network = CnnTransformer.Find(model) ?? throw new CommandException($"--model: '{path}' is an ML.NET model without a convolutional network of this library.");
        return network.WithBadImages(BadImageHandling.Fail);
    }
}

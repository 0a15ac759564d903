using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>A pipeline as model.zip holds it: what comes before the network and after it, too.</summary>
/// <param name="Model">The whole.</param>
/// <param name="Schema">The data that it takes; null where it was saved without.</param>
/// <param name="Classifier">The network in it, or the networks.</param>
internal sealed record SavedPipeline(ITransformer Model, DataViewSchema? Schema, CnnClassifier Classifier)
{
    /// <summary>Saves the pipeline with another classifier in its place.</summary>
    /// <param name="mlContext">Saves it.</param>
    /// <param name="other">Reads and gives the same columns.</param>
    /// <param name="path">The file.</param>
    public void SaveWith(MLContext mlContext, CnnClassifier other, string path) => mlContext.Model.SaveAtomically(Replace(Model, other), Schema, path);

    private ITransformer Replace(ITransformer part, CnnClassifier other) => part switch
    {
        _ when part == Classifier => other,
        IEnumerable<ITransformer> chain => new TransformerChain<ITransformer>([.. chain.Select(inner => Replace(inner, other))]),
        _ => part,
    };
}

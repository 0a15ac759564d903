using System.CommandLine;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;

namespace MlCnn.Cli.Exports;

/// <summary>Weights by name, without a program.</summary>
/// <param name="name">The format's name, which is its ending, too.</param>
/// <param name="format">The format.</param>
internal sealed class StateFormat(string name, WeightsFormat format) : ExportFormat
{
    public override string Name => name;

    public override IReadOnlyList<string> Endings => ["." + name];

    public override ExportedFile Write(SavedPipeline model, CnnTransformer network, string path, ParseResult options)
    {
        network.SaveWeights(path, format);
        return new(Input: null, Output: null, LargestDifference: null);
    }
}

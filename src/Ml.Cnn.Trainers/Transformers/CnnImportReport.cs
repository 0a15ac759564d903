using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>What <c>mlContext.Model.ImportCnn</c> read and assumed.</summary>
public sealed class CnnImportReport
{
    internal CnnImportReport() { }

    /// <summary>How the model turns images into the network's input.</summary>
    public required ImagePreprocessing Preprocessing { get; init; }

    /// <summary>
    /// Where <see cref="Preprocessing"/> is from: published weights, the network's own, the options. A sentence without its beginning: "as …".
    /// </summary>
    public required string PreprocessingReason { get; init; }

    /// <summary>What became of each tensor.</summary>
    public required WeightsReport Weights { get; init; }

    /// <summary>The checkpoint's entry that the weights were in; empty where the file holds nothing else.</summary>
    public required string Key { get; init; }

    /// <summary>Entries of the checkpoint that hold weights, too; <see cref="CnnImportOptions.WeightsKey"/> chooses one.</summary>
    public required IReadOnlyList<string> OtherKeys { get; init; }

    /// <summary>Tensors of the network that hold NaN or infinity. With any, scores are not to be trusted.</summary>
    public required IReadOnlyList<string> NonFiniteTensors { get; init; }
}

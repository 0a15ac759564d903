using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Inspection;

/// <summary>A <see cref="CnnSummary"/> as JSON.</summary>
internal static class CnnSummaryJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(CnnSummary summary) => JsonSerializer.Serialize(
        new Network(summary.Architecture, summary.Classes, summary.InputShape, summary.Parameters, summary.MultiplyAdds,
            [.. summary.Layers.Select(Describe)]), s_options);

    private static Layer Describe(CnnLayerSummary layer) =>
        new(layer.Name, layer.Kind, layer.InputShape, layer.OutputShape, layer.Parameters, layer.MultiplyAdds)
        {
            Kernel = Pair(layer.Kernel),
            Stride = Pair(layer.Stride),
            Padding = Pair(layer.Padding),
            Groups = layer.Groups,
            ActivationBytes = layer.ActivationBytes,
            Inputs = layer.Inputs,
        };

    private static int[]? Pair(Size2d? extent) => extent is { } size ? [size.Height, size.Width] : null;

    private sealed record Network(string Arch, int Classes, IReadOnlyList<int> InputShape, long Parameters,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? MultiplyAdds, IReadOnlyList<Layer> Layers);

    private sealed record Layer(string Name, string Kind, IReadOnlyList<int> InputShape, IReadOnlyList<int> OutputShape, long Parameters, long MultiplyAdds)
    {
        public int[]? Kernel { get; init; }

        public int[]? Stride { get; init; }

        public int[]? Padding { get; init; }

        public int? Groups { get; init; }

        public required long ActivationBytes { get; init; }

        public required IReadOnlyList<string> Inputs { get; init; }
    }
}

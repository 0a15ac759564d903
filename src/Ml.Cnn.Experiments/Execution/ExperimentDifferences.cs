using System.Text.Json;
using System.Text.Json.Nodes;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>In what two definitions of an experiment differ.</summary>
internal static class ExperimentDifferences
{
    private const int Room = 80;

    /// <returns>A line for each: "seed was 1 and is 2".</returns>
    public static IReadOnlyList<string> Between(ExperimentDefinition saved, ExperimentDefinition wanted)
    {
        var (before, after) = (Members(saved), Members(wanted));
        return [.. before.Keys.Union(after.Keys).Except([Name(nameof(ExperimentDefinition.Library)), Name(nameof(ExperimentDefinition.FormatVersion))])
            .Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Select(name => $"{name} was {Shown(before.GetValueOrDefault(name))} and is {Shown(after.GetValueOrDefault(name))}")];
    }

    private static Dictionary<string, string> Members(ExperimentDefinition definition) =>
        JsonSerializer.SerializeToNode(definition, ExperimentJson.Line)!.AsObject()
            .SelectMany(member => member.Value is JsonObject part
                ? part.Select(inner => ($"{member.Key}.{inner.Key}", Text(inner.Value)))
                : [(member.Key, Text(member.Value))])
            .ToDictionary(member => member.Item1, member => member.Item2);

    private static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    private static string Shown(string? value) => value is null ? "not there" : value.Length <= Room ? value : value[..Room] + "…";
}

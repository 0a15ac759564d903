using System.Text.Json;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>The settings of a training as model.json has them, and how it was computed.</summary>
internal static class RecipeSection
{
    public static HtmlBuilder Write(CnnTransformer model)
    {
        var html = new HtmlBuilder();
        if (model.TrainingPlan is { } plan)
            html.Element("p", $"Computed {plan}.");
        if (model.Scorer.Model.Training is not { } training)
            return html.Element("p", "The model does not say how it was trained.");
        html.Open("dl");
        foreach (var (name, value) in Settings("", training.Settings))
            html.Element("dt", name).Element("dd", value);
        return html.Close("dl");
    }

    // "optimization · learning rate"; what is not set, null, is left out.
    private static IEnumerable<(string Name, string Value)> Settings(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return [];
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(property =>
                    Settings((path.Length > 0 ? path + " · " : "") + PropertyNames.InWords(property.Name), property.Value));
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)):
                return [(path, string.Join(", ", value.EnumerateArray().Select(Text)))];
            default:
                return [(path, Text(value))];
        }
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>PredictedLabel and Score with the annotations that ML.NET's multiclass trainers give them.</summary>
internal static class ScoreColumns
{
    /// <summary>The position of the predicted label; the scores follow it.</summary>
    public const int PredictedLabel = 0;

    public static void AddTo(DataViewSchema.Builder builder, CnnModel model)
    {
        var label = new DataViewSchema.Annotations.Builder();
        AddScoreKind(label, "PredictedLabel");
        model.Classes.AddTo(label, ClassValues.KeyValues);
        builder.AddColumn(model.PredictedLabelColumnName, new KeyDataViewType(typeof(uint), model.Classes.Count), label.ToAnnotations());

        var score = new DataViewSchema.Annotations.Builder();
        var names = model.Classes.Names.Select(n => n.AsMemory()).ToArray();
        score.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> destination) => new VBuffer<ReadOnlyMemory<char>>(names.Length, names).CopyTo(ref destination));
        model.Classes.AddTo(score, "TrainingLabelValues");
        AddScoreKind(score, "Score");
        builder.AddColumn(model.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, model.Classes.Count), score.ToAnnotations());
    }

    private static void AddScoreKind(DataViewSchema.Annotations.Builder builder, string valueKind)
    {
        builder.Add("ScoreColumnSetId", new KeyDataViewType(typeof(uint), int.MaxValue), (ref uint value) => value = 1);
        AddText(builder, "ScoreColumnKind", "MulticlassClassification");
        AddText(builder, "ScoreValueKind", valueKind);
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string name, string text) =>
        builder.Add(name, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
}

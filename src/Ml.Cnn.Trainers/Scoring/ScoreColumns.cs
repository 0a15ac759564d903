using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Probabilities;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>
/// PredictedLabel and Score with the annotations that ML.NET's multiclass trainers give them, and PredictedSet where sets were calibrated.
/// </summary>
internal static class ScoreColumns
{
    /// <summary>The position of the predicted label; the scores follow it, and then the predicted set.</summary>
    public const int PredictedLabel = 0;

    private const int Score = 1;

    public static void AddTo(DataViewSchema.Builder builder, ScoreDescription scores)
    {
        var label = new DataViewSchema.Annotations.Builder();
        AddScoreKind(label, "PredictedLabel");
        scores.Classes.AddTo(label, ClassValues.KeyValues);
        var key = new KeyDataViewType(typeof(uint), scores.Classes.Count);
        builder.AddColumn(scores.PredictedLabelColumnName, key, label.ToAnnotations());

        var score = new DataViewSchema.Annotations.Builder();
        var names = scores.Classes.Names.Select(n => n.AsMemory()).ToArray();
        score.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> destination) => new VBuffer<ReadOnlyMemory<char>>(names.Length, names).CopyTo(ref destination));
        scores.Classes.AddTo(score, "TrainingLabelValues");
        AddScoreKind(score, "Score");
        builder.AddColumn(scores.ScoreColumnName, new VectorDataViewType(NumberDataViewType.Single, scores.Classes.Count), score.ToAnnotations());

        if (scores.Calibration?.SetThreshold is null)
            return;
        var set = new DataViewSchema.Annotations.Builder();
        scores.Classes.AddTo(set, ClassValues.KeyValues);
        builder.AddColumn(ScoreDescription.SetColumnName, new VectorDataViewType(key), set.ToAnnotations());
    }

    /// <summary>A getter of one of these columns.</summary>
    /// <param name="column">Its position among them.</param>
    /// <param name="scores">What is scored.</param>
    /// <param name="rows">The images and their probabilities.</param>
    /// <param name="current">Brings the rows up to date and gives the index of the current one.</param>
    public static Delegate Getter(int column, ScoreDescription scores, MappedRows rows, Func<int> current) => column switch
    {
        PredictedLabel => (ValueGetter<uint>)((ref uint value) => value = Label(rows, current())),
        Score => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => rows.CopyTo(ref value, current())),
        _ => (ValueGetter<VBuffer<uint>>)((ref VBuffer<uint> value) => CopySet(rows, current(), scores.Calibration!, ref value)),
    };

    // 0, a missing key, for an image that cannot be used, and for scores that are NaN.
    private static uint Label(MappedRows rows, int index)
    {
        if (!rows.IsUsable(index))
            return 0;
        var best = TensorPrimitives.IndexOfMax(rows.Values(index)); // NaN is taken for the largest
        return float.IsNaN(rows.Values(index)[best]) ? 0 : (uint)best + 1;
    }

    private static void CopySet(MappedRows rows, int index, CnnCalibration calibration, ref VBuffer<uint> value)
    {
        int[] set = rows.IsUsable(index) ? PredictionSets.Of(rows.Values(index), calibration) : [];
        var editor = VBufferEditor.Create(ref value, set.Length);
        for (var i = 0; i < set.Length; i++)
            editor.Values[i] = (uint)set[i] + 1;
        value = editor.Commit();
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

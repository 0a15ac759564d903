using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>The input's columns, then PredictedLabel and Score with the annotations that ML.NET's multiclass trainers give them.</summary>
internal sealed class ScoreSchema
{
    public ScoreSchema(DataViewSchema input, CnnModel model)
    {
        Input = input;
        Format = Trainers.Input.FeatureFormat.Of(input, model.FeatureColumnName, model.PixelLayout, model.Shape.Channels);
        Columns = new(input[model.FeatureColumnName], Format, Label: null, Trainers.Input.ImageColumns.FindPath(input));

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
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
        Output = builder.ToSchema();
        PredictedLabelIndex = input.Count;
        ScoreIndex = input.Count + 1;
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public Trainers.Input.FeatureFormat Format { get; }

    /// <summary>The input columns that scores are made from.</summary>
    public Trainers.Input.ImageColumns Columns { get; }

    public int PredictedLabelIndex { get; }

    public int ScoreIndex { get; }

    public bool IsScore(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>The input columns that some output columns need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(IEnumerable<DataViewSchema.Column> outputColumns)
    {
        var needed = new SortedSet<int>();
        foreach (var column in outputColumns)
        {
            if (!IsScore(column))
                needed.Add(column.Index);
            else
                needed.UnionWith(Columns.Active.Select(c => c.Index));
        }
        return needed.Select(i => Input[i]);
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

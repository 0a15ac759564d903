using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>The input's columns, then those that an <see cref="ImageMapper"/> computes.</summary>
internal sealed class MappedSchema
{
    public MappedSchema(DataViewSchema input, ImageMapper mapper)
    {
        Input = input;
        Format = mapper.Format(input);
        Columns = new(input[mapper.FeatureColumnName], Format, Label: null, ImageColumns.FindPath(input));

        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        mapper.AddColumns(builder);
        Output = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    public ImageColumnFormat Format { get; }

    /// <summary>The input columns that the mapper reads.</summary>
    public ImageColumns Columns { get; }

    /// <summary>Whether the mapper computes a column.</summary>
    public bool IsMapped(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>A column's position among those that the mapper computes.</summary>
    public int PositionOf(DataViewSchema.Column column) => column.Index - Input.Count;

    /// <summary>The input columns that some output columns need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(IEnumerable<DataViewSchema.Column> outputColumns)
    {
        var needed = new SortedSet<int>();
        foreach (var column in outputColumns)
        {
            if (!IsMapped(column))
                needed.Add(column.Index);
            else
                needed.UnionWith(Columns.Active.Select(c => c.Index));
        }
        return needed.Select(i => Input[i]);
    }
}

using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Text;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Probabilities;

/// <summary>Probabilities of images whose classes are known.</summary>
internal sealed class LabeledScores
{
    private readonly List<float> _probabilities = [];
    private readonly List<int> _labels = [];

    /// <param name="classes">How many classes there are.</param>
    public LabeledScores(int classes) => Classes = classes;

    /// <summary>How many classes there are.</summary>
    public int Classes { get; }

    /// <summary>How many images there are.</summary>
    public int Count => _labels.Count;

    /// <summary>The classes' numbers, from 0.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>The probabilities, image by image.</summary>
    public ReadOnlySpan<float> Probabilities => CollectionsMarshal.AsSpan(_probabilities);

    /// <summary>The probabilities of an image.</summary>
    public ReadOnlySpan<float> Row(int row) => Probabilities.Slice(row * Classes, Classes);

    /// <summary>Adds an image.</summary>
    public void Add(ReadOnlySpan<float> probabilities, int label)
    {
        _probabilities.AddRange(probabilities);
        _labels.Add(label);
    }

    /// <summary>The expected calibration error.</summary>
    public double CalibrationError()
    {
        var error = new CalibrationError();
        for (var row = 0; row < Count; row++)
        {
            var best = TensorPrimitives.IndexOfMax(Row(row));
            error.Add(Row(row)[best], best == _labels[row]);
        }
        return error.Value;
    }

    /// <summary>The log loss: the mean of −ln of the right class's probability.</summary>
    public double LogLoss()
    {
        const double SmallestProbability = 1e-15; // as ML.NET's
        var sum = 0.0;
        for (var row = 0; row < Count; row++)
            sum -= Math.Log(Math.Max(Row(row)[_labels[row]], SmallestProbability));
        return sum / Count;
    }

    /// <summary>The same images with another temperature.</summary>
    public LabeledScores At(double temperature)
    {
        var other = new LabeledScores(Classes);
        other._labels.AddRange(_labels);
        other._probabilities.AddRange(_probabilities);
        var all = CollectionsMarshal.AsSpan(other._probabilities);
        for (var row = 0; row < Count; row++)
            TemperatureScaling.Apply(all.Slice(row * Classes, Classes), temperature);
        return other;
    }

    /// <summary>Reads images that were scored. Those without a label, and those that cannot be decoded, are left out.</summary>
    /// <param name="scored">Data with scores.</param>
    /// <param name="scoreColumnName">Their column.</param>
    /// <param name="labelColumnName">The column of the classes: keys with values, or text.</param>
    /// <param name="classes">The classes in the order of the scores.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">A label is no class of the scores, or no image can be used; the message says which.</exception>
    public static LabeledScores Read(IDataView scored, string scoreColumnName, string labelColumnName, IReadOnlyList<string> classes)
    {
        var label = scored.Schema.GetColumnOrNull(labelColumnName)
            ?? throw new ArgumentOutOfRangeException(nameof(labelColumnName), labelColumnName, $"There is no column '{labelColumnName}'.");
        var score = scored.Schema[scoreColumnName];
        var read = new LabeledScores(classes.Count);
        using var cursor = scored.GetRowCursorSet([score, label], 1)[0]; // of a set: a file that is missing is one bad image, not the end
        var scores = cursor.GetGetter<VBuffer<float>>(score);
        var labels = LabelGetter(cursor, label, classes);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            if (labels() is not { } number)
                continue;
            scores(ref row);
            if (row.GetValues() is var values && values.Length == classes.Count && !float.IsNaN(values[0]))
                read.Add(values, number);
        }
        return read.Count > 0 ? read : throw new InvalidOperationException($"No image of the data has a label in '{labelColumnName}' and can be decoded.");
    }

    /// <summary>Reads a cursor's label: its place among classes, null where it is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column holds neither keys nor text.</exception>
    public static Func<int?> LabelGetter(DataViewRowCursor cursor, DataViewSchema.Column label, IReadOnlyList<string> classes)
    {
        var places = NamePlaces.Of(classes);
        if (label.Type is TextDataViewType)
        {
            var text = cursor.GetGetter<ReadOnlyMemory<char>>(label);
            return () =>
            {
                ReadOnlyMemory<char> value = default;
                text(ref value);
                return value.IsEmpty ? null : Place(value.ToString());
            };
        }
        if (label.Type is not KeyDataViewType || label.Type.RawType != typeof(uint))
            throw new ArgumentOutOfRangeException(nameof(label), label.Type, $"The column '{label.Name}' holds neither keys nor text.");
        var names = ClassValues.Of(label).Names;
        var key = cursor.GetGetter<uint>(label);
        return () =>
        {
            uint value = 0;
            key(ref value);
            return value == 0 ? null : Place(names[(int)value - 1]);
        };

        int? Place(string name) => places.TryGetValue(name, out var place) ? place
            : throw new InvalidOperationException($"The label '{name}' is no class of the model. Its classes are: {string.Join(", ", classes.Take(20))}"
                + $"{(classes.Count > 20 ? ", …" : "")}.");
    }
}

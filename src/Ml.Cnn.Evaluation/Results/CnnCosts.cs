using System.Globalization;

namespace Ml.Cnn.Evaluation;

/// <summary>
/// What it costs to take an image of one class for another, in any unit. An answer that is right costs 0 and one that is wrong 1, unless an entry says
/// otherwise; of several entries that fit, the last counts.
/// </summary>
public sealed class CnnCosts
{
    /// <summary>Stands for every class in an entry.</summary>
    public const string AnyClass = "*";

    private const string Heading = "actual,predicted,cost";

    private readonly IReadOnlyList<(string Actual, string Predicted, double Cost)> _entries;
    private readonly string _source;

    /// <summary>Costs by the classes' names.</summary>
    /// <param name="entries">The images' class, what they are taken for, and what that costs: finite, 0 or more. Either class can be <see cref="AnyClass"/>:
    /// such an entry says nothing of right answers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A cost is negative or not finite.</exception>
    public CnnCosts(params IEnumerable<(string Actual, string Predicted, double Cost)> entries) : this([.. entries], "the costs")
    {
    }

    private CnnCosts((string Actual, string Predicted, double Cost)[] entries, string source)
    {
        foreach (var (actual, predicted, cost) in entries)
        {
            if (!double.IsFinite(cost) || cost < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(entries), cost,
                    $"Taking '{actual}' for '{predicted}' costs {cost.ToString(CultureInfo.InvariantCulture)}, and must cost 0 or more, and not without end.");
            }
        }
        (_entries, _source) = (entries, source);
    }

    /// <summary>Reads a file of comma-separated lines: a heading "actual,predicted,cost", then an entry a line. A name with a comma stands in quotes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is no such list; the message names the line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnCosts Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || !lines[0].Trim().Equals(Heading, StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"'{path}': the first line must be \"{Heading}\", and is {(lines.Length == 0 ? "missing" : $"\"{lines[0]}\"")}.");
        return new([.. lines.Index().Skip(1).Where(line => line.Item.Trim().Length > 0).Select(line => Entry(path, line.Index + 1, line.Item))], $"'{path}'");
    }

    /// <summary>Checks that every entry speaks of classes that there are, before anything is evaluated.</summary>
    /// <param name="classes">The classes of a network.</param>
    /// <exception cref="ArgumentException">An entry names a class that is none of them.</exception>
    public void RequireClasses(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Matrix(classes);
    }

    /// <summary>The matrix of all costs, classes × classes, the images' classes in rows.</summary>
    /// <exception cref="ArgumentException">An entry names a class that is none.</exception>
    internal double[,] Matrix(IReadOnlyList<string> classes)
    {
        var places = classes.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        var costs = new double[classes.Count, classes.Count];
        for (var actual = 0; actual < classes.Count; actual++)
            for (var predicted = 0; predicted < classes.Count; predicted++)
                costs[actual, predicted] = actual == predicted ? 0 : 1;
        foreach (var entry in _entries)
        {
            var isGeneral = entry.Actual == AnyClass || entry.Predicted == AnyClass;
            foreach (var actual in PlacesOf(entry.Actual))
                foreach (var predicted in PlacesOf(entry.Predicted))
                    if (!isGeneral || actual != predicted)
                        costs[actual, predicted] = entry.Cost;
        }
        return costs;

        IEnumerable<int> PlacesOf(string name) => places.TryGetValue(name, out var place) ? [place]
            : name == AnyClass ? Enumerable.Range(0, classes.Count)
            : throw new ArgumentException($"{char.ToUpperInvariant(_source[0])}{_source[1..]} name the class '{name}', which the network does not know. Its "
                + $"classes are {string.Join(", ", classes.Take(20).Select(known => $"'{known}'"))}{(classes.Count > 20 ? ", …" : "")}.");
    }

    private static (string Actual, string Predicted, double Cost) Entry(string path, int number, string line)
    {
        var fields = Fields(line);
        if (fields is [var actual, var predicted, var text] && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var cost)
            && double.IsFinite(cost) && cost >= 0)
            return (actual, predicted, cost);
        throw new FormatException($"'{path}', line {number}: \"{line}\" is no entry. It must have two classes and a cost of 0 or more: \"{Heading}\".");
    }

    // RFC 4180, a line at a time.
    private static List<string> Fields(string line)
    {
        var (fields, field, isQuoted) = (new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                field.Append(line[i++]);
            else if (line[i] == '"')
                isQuoted = !isQuoted;
            else if (line[i] == ',' && !isQuoted)
                Finish();
            else
                field.Append(line[i]);
        }
        Finish();
        return fields;

        void Finish()
        {
            fields.Add(field.ToString().Trim());
            field.Clear();
        }
    }
}

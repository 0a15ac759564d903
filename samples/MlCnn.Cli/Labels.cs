using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlCnn.Cli;

/// <summary>The labels of a data source, as text.</summary>
internal static class Labels
{
    private const int Named = 20;

    public static IEnumerable<string> Of(IDataView data) => data.GetColumn<string>(DataSource.LabelColumn);

    /// <exception cref="CommandException">The data holds a class that is not among the known ones.</exception>
    public static void RequireKnown(IDataView data, IEnumerable<string> known, string knower)
    {
        var classes = known.ToArray();
        var unknown = Of(data).Distinct().Except(classes).ToArray();
        if (unknown.Length == 0)
            return;
        throw new CommandException(
            $"The data holds {(unknown.Length == 1 ? "the class" : "the classes")} {List(unknown)}, which {knower} does not know. "
            + $"Its classes are {List(classes)}.");
    }

    private static string List(string[] names) =>
        string.Join(", ", names.Take(Named).Select(name => $"'{name}'")) + (names.Length > Named ? $" and {names.Length - Named} more" : "");
}

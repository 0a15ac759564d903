using System.Text;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Paths and labels as a list file gives them.</summary>
/// <param name="Folder">What relative paths start from: the list's folder.</param>
/// <param name="Paths">As they stand in the list.</param>
/// <param name="Labels">One string per class, however many images it has.</param>
internal sealed record ImageList(string Folder, string[] Paths, string[] Labels)
{
    /// <summary>Reads a list.</summary>
    /// <param name="path">The file, in UTF-8 or with a byte order mark.</param>
    /// <param name="separator">Between path and label; null for a tab in .tsv and .tab files and a comma in others.</param>
    /// <param name="hasHeader">Whether the first line names the columns; null if that is to be seen from it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not a path and a label, or the file is not text.</exception>
    /// <exception cref="InvalidOperationException">The list is empty.</exception>
    public static ImageList Read(string path, char? separator, bool? hasHeader)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        var between = separator ?? (Path.GetExtension(full).ToUpperInvariant() is ".TSV" or ".TAB" ? '\t' : ',');
        var (paths, labels) = (new List<string>(), new List<string>());
        var names = new Dictionary<string, string>();

        using var reader = new StreamReader(full, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true);
        try
        {
            var first = true;
            foreach (var (line, fields) in new DelimitedText(reader, full, between).Read())
            {
                if (fields.Length != 2)
                {
                    throw new InvalidDataException(
                        $"'{full}', line {line}: a path and a label are expected, separated by {NameOf(between)}; the line has {fields.Length} field{(fields.Length == 1 ? "" : "s")}.");
                }
                var isHeader = first && (hasHeader ?? LooksLikeHeader(fields[0], folder));
                first = false;
                if (isHeader)
                    continue;
                Check(fields, full, line);
                if (!names.TryGetValue(fields[1], out var label))
                    names.Add(fields[1], label = fields[1]);
                paths.Add(fields[0]);
                labels.Add(label);
            }
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"'{full}' is not text in UTF-8: {exception.Message}", exception);
        }
        if (paths.Count == 0)
            throw new InvalidOperationException($"'{full}' lists no images: a line per image is expected, with a path and a label.");
        return new(folder, [.. paths], [.. labels]);
    }

    /// <summary>A name of a column has no image's ending, and no file has that name.</summary>
    private static bool LooksLikeHeader(string path, string folder) =>
        !ImageFolder.DefaultExtensions.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        && !File.Exists(Path.Combine(folder, path));

    private static void Check(string[] fields, string file, int line)
    {
        if (string.IsNullOrWhiteSpace(fields[0]) || fields[0].Contains('\0', StringComparison.Ordinal))
            throw new InvalidDataException($"'{file}', line {line}: the path is empty or no path.");
        if (string.IsNullOrWhiteSpace(fields[1]))
            throw new InvalidDataException($"'{file}', line {line}: '{fields[0]}' has no label.");
    }

    private static string NameOf(char separator) => separator switch
    {
        '\t' => "a tab",
        ',' => "a comma",
        _ => $"'{separator}'",
    };
}

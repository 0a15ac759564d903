using System.Buffers;
using System.Text;
using System.Text.Unicode;

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
            ListColumns? columns = null;
            foreach (var (line, fields) in new DelimitedText(reader, full, between).Read())
            {
                if (fields.Length != 2)
                {
                    throw new InvalidDataException($"'{full}', line {line}: a path and a label are expected, separated by {NameOf(between)}; "
                        + $"the line has {fields.Length} field{(fields.Length == 1 ? "" : "s")}.");
                }
                if (columns is null)
                {
                    columns = ListColumns.Of(fields, folder, hasHeader);
                    if (columns.Value.HasHeader)
                        continue;
                }
                var (image, label) = (fields[columns.Value.Path], fields[columns.Value.Label]);
                Check(image, label, full, line);
                if (!names.TryGetValue(label, out var name))
                    names.Add(label, name = label);
                paths.Add(image);
                labels.Add(name);
            }
        }
        catch (DecoderFallbackException)
        {
            throw NotUtf8(full); // the decoder reads ahead, and so knows no line
        }
        if (paths.Count == 0)
            throw new InvalidOperationException($"'{full}' lists no images: a line per image is expected, with a path and a label.");
        return new(folder, [.. paths], [.. labels]);
    }

    private static InvalidDataException NotUtf8(string file)
    {
        var rest = File.ReadAllBytes(file).AsSpan();
        for (var line = 1; ; line++)
        {
            var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            var text = end < 0 ? rest : rest[..end];
            if (!Utf8.IsValid(text) || end < 0)
            {
                return new($"'{file}', line {line}: the text is not in UTF-8 (byte {FirstWrongByte(text):X2}). "
                    + "Save the list as UTF-8; spreadsheets call that \"CSV UTF-8\".");
            }
            rest = rest[(end + (rest[end..] is [(byte)'\r', (byte)'\n', ..] ? 2 : 1))..];
        }
    }

    private static byte FirstWrongByte(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out _, out var length) == OperationStatus.Done)
            text = text[length..];
        return text.IsEmpty ? (byte)0 : text[0];
    }

    private static void Check(string path, string label, string file, int line)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"'{file}', line {line}: the path has a zero in it, as text in UTF-16 without a byte order mark has. Save the list as UTF-8.");
        }
        if (string.IsNullOrWhiteSpace(path))
            throw new InvalidDataException($"'{file}', line {line}: the path is empty.");
        if (string.IsNullOrWhiteSpace(label))
            throw new InvalidDataException($"'{file}', line {line}: '{path}' has no label.");
    }

    private static string NameOf(char separator) => separator switch
    {
        '\t' => "a tab",
        ',' => "a comma",
        _ => $"'{separator}'",
    };
}

using System.Text;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// Records of a CSV or TSV file (RFC 4180): fields may stand in quotes, where separators and line ends are text and a
/// quote is written twice. Lines end with CR LF, LF or CR; empty ones are skipped. Spaces around a field are no part of it; those
/// within its quotes are.
/// </summary>
/// <param name="reader">The text.</param>
/// <param name="path">The file's, for messages.</param>
/// <param name="separator">Between fields.</param>
internal sealed class DelimitedText(TextReader reader, string path, char separator)
{
    private readonly StringBuilder _field = new();
    private int _line = 1;

    /// <summary>The records with the number of the line on which each begins, from 1.</summary>
    /// <exception cref="InvalidDataException">A quoted field does not end, or something follows its end.</exception>
    public IEnumerable<(int Line, string[] Fields)> Read()
    {
        while (reader.Peek() >= 0)
        {
            if (TakeLineEnd())
                continue;
            var line = _line;
            yield return (line, ReadRecord());
        }
    }

    private string[] ReadRecord()
    {
        var fields = new List<string>(2);
        do
        {
            SkipSpaces();
            fields.Add(reader.Peek() == '"' ? ReadQuoted() : ReadPlain());
        }
        while (Take(separator));
        TakeLineEnd();
        return [.. fields];
    }

    private string ReadPlain()
    {
        _field.Clear();
        while (reader.Peek() is >= 0 and not ('\r' or '\n') and var next && next != separator)
            _field.Append((char)reader.Read());
        return _field.ToString().TrimEnd();
    }

    private void SkipSpaces()
    {
        while (reader.Peek() is >= 0 and not ('\r' or '\n') and var next && next != separator && char.IsWhiteSpace((char)next))
            reader.Read();
    }

    private string ReadQuoted()
    {
        var line = _line;
        _field.Clear();
        reader.Read();
        while (true)
        {
            if (Take('"'))
            {
                if (!Take('"'))
                    break;
                _field.Append('"');
                continue;
            }
            var next = reader.Read();
            if (next < 0)
                throw new InvalidDataException($"'{path}', line {line}: the field's closing quote is missing.");
            if (next == '\n' || (next == '\r' && reader.Peek() != '\n'))
                _line++;
            _field.Append((char)next);
        }
        SkipSpaces();
        if (reader.Peek() is >= 0 and not ('\r' or '\n') and var after && after != separator)
            throw new InvalidDataException($"'{path}', line {_line}: '{(char)after}' follows a closing quote; a quote within a quoted field is written twice.");
        return _field.ToString();
    }

    private bool Take(char wanted)
    {
        if (reader.Peek() != wanted)
            return false;
        reader.Read();
        return true;
    }

    private bool TakeLineEnd()
    {
        var carriageReturn = Take('\r');
        if (!Take('\n') && !carriageReturn)
            return false;
        _line++;
        return true;
    }
}

using System.Data.Common;
using Npgsql;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>What a storage is called on a command line: a kind, and a file or a connection.</summary>
/// <param name="Kind">Which storage.</param>
/// <param name="Target">The file's full path, or Npgsql's connection string.</param>
/// <param name="Name">To be shown: without a password.</param>
internal sealed record StorageText(StorageKind Kind, string Target, string Name)
{
    private static readonly string[] s_fileEndings = [".db", ".sqlite", ".sqlite3"];

    /// <exception cref="FormatException">The text names no storage.</exception>
    public static StorageText Parse(string text)
    {
        text = text.Trim();
        if (text.Equals("memory", StringComparison.OrdinalIgnoreCase))
            return new(StorageKind.Memory, "", "memory");
        if (After(text, "sqlite:") is { } path)
        {
            return path is not ("" or ":memory:")
                ? SqliteFile(path)
                : throw new FormatException($"The storage '{text}' names no file: write sqlite:FILE, or memory for one process.");
        }
        if (PostgresUrl.IsOne(text))
            return Postgres(PostgresUrl.Parse(text));
        if (s_fileEndings.Any(ending => text.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) && !text.Contains('='))
            return SqliteFile(text);
        if (text.Contains('='))
            return Postgres(ConnectionString(text));
        throw new FormatException($"The storage '{text}' is not known: expected postgres://USER@HOST/DATABASE, a connection string of Npgsql"
            + " (\"Host=…;Database=…\"), sqlite:FILE, a file that ends in .db, or memory.");
    }

    public static StorageText SqliteFile(string path)
    {
        path = Path.GetFullPath(path);
        return new(StorageKind.Sqlite, path, "sqlite:" + path);
    }

    private static StorageText Postgres(NpgsqlConnectionStringBuilder connection)
    {
        if (string.IsNullOrEmpty(connection.Host))
            throw new FormatException("The storage's connection to PostgreSQL names no host: add Host=…");
        if (string.IsNullOrEmpty(connection.Database))
            throw new FormatException($"The storage on {connection.Host} names no database: write postgres://HOST/DATABASE, or add Database=…");
        connection.ApplicationName ??= "mlcnn";
        var host = connection.Host.Contains('/')
            ? $"/{connection.Database}?host={connection.Host}"
            : FormattableString.Invariant($"{connection.Host}:{connection.Port}/{connection.Database}");
        var user = string.IsNullOrEmpty(connection.Username) ? "" : connection.Username + "@";
        return new(StorageKind.Postgres, connection.ConnectionString, $"postgres://{user}{host}");
    }

    private static NpgsqlConnectionStringBuilder ConnectionString(string text)
    {
        try
        {
            return new(text);
        }
        catch (ArgumentException exception)
        {
            // The text may hold a password: only the keys are told.
            var keys = new DbConnectionStringBuilder();
            try
            {
                keys.ConnectionString = text;
            }
            catch (ArgumentException)
            {
                throw new FormatException("The storage is no connection string: expected KEY=VALUE;KEY=VALUE, as \"Host=…;Database=…;Username=…\".");
            }
            throw new FormatException(
                $"The storage's connection string, with {string.Join(", ", keys.Keys.Cast<string>())}, is not Npgsql's: {exception.Message}", exception);
        }
    }

    private static string? After(string text, string start) =>
        text.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? text[start.Length..] : null;
}

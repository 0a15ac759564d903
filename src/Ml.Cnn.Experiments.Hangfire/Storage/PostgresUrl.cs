using System.Globalization;
using Npgsql;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>
/// PostgreSQL's connection URIs (PostgreSQL's manual, "34.1.1.2. Connection URIs"), which Npgsql does not read:
/// <c>postgres://user:password@host:port/database?sslmode=require</c>, and a folder of Unix sockets as <c>postgres:///database?host=/run/postgresql</c>.
/// </summary>
internal static class PostgresUrl
{
    private static readonly string[] s_schemes = ["postgres://", "postgresql://"];

    /// <summary>libpq's parameters under Npgsql's names; others are the same but for spaces.</summary>
    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = "Username",
        ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
    };

    public static bool IsOne(string text) => s_schemes.Any(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="FormatException">It cannot be read.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, database) = Cut(beforeQuery, '/');
        var at = authority.LastIndexOf('@');
        var builder = new NpgsqlConnectionStringBuilder();
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            builder.Username = Decoded(user);
            if (password is not null)
                builder.Password = Decoded(password);
        }
        ReadHost(builder, authority[(at + 1)..]);
        if (!string.IsNullOrEmpty(database))
            builder.Database = Decoded(database);
        foreach (var pair in query?.Split('&', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var (name, value) = Cut(pair, '=');
            Set(builder, Decoded(name), Decoded(value ?? ""));
        }
        return builder;
    }

    private static void ReadHost(NpgsqlConnectionStringBuilder builder, string text)
    {
        if (text.Contains(','))
            throw new FormatException("The storage's URL names several hosts: name one.");
        var isV6 = text.StartsWith('[');
        var end = isV6 ? text.IndexOf(']') + 1 : text.IndexOf(':');
        if (isV6 && end == 0)
            throw new FormatException("The storage's URL has a host that begins with '[' and has no ']'.");
        var (host, port) = end < 0 ? (text, "") : (text[..end], text[end..].TrimStart(':'));
        if (host.Length > 0)
            builder.Host = Decoded(isV6 ? host[1..^1] : host);
        if (port.Length > 0)
        {
            builder.Port = int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
                ? number
                : throw new FormatException("The storage's URL has no port behind its ':', which is a number from 1 to 65535. Write '@', '/' and ':' in a"
                    + " password as %40, %2F and %3A."); // without the text, which may be a password
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        var key = s_names.GetValueOrDefault(name, name.Replace('_', ' '));
        try
        {
            builder[key] = key == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"The storage's URL has '{name}', which Npgsql cannot take: {exception.Message}", exception);
        }
    }

    private static (string Before, string? After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static string Decoded(string text) => Uri.UnescapeDataString(text);
}

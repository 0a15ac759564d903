namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// Collects what the sources below a pipeline passed over. Whoever creates cursors opens a scope around it; it reaches through whatever
/// stands between, since cursors are created down the chain on one call path.
/// </summary>
internal sealed class PassedOverScope : IDisposable
{
    // Ambient by its nature: ML.NET's GetRowCursor has no parameter for it. It flows with the call, also over await and new threads.
    private static readonly AsyncLocal<PassedOverScope?> s_current = new();

    private readonly PassedOverScope? _outer = s_current.Value;
    private readonly HashSet<IReadOnlyList<PassedOverFiles>> _seen = new(ReferenceEqualityComparer.Instance);

    private PassedOverScope()
    {
    }

    /// <summary>The innermost scope; null where nobody wants to know.</summary>
    public static PassedOverScope? Current => s_current.Value;

    /// <summary>All that was reported within the scope, each source once however many cursors it gave.</summary>
    public IReadOnlyList<PassedOverFiles> Files
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen.SelectMany(files => files).GroupBy(one => one.Kind)
                    .Select(kind => new PassedOverFiles(kind.Key, kind.Sum(one => one.Count)))
                    .OrderByDescending(one => one.Count).ThenBy(one => one.Kind, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>What a user has to know of it, as a sentence; null if nothing was passed over.</summary>
    public string? Warning => Files is { Count: > 0 } files
        ? FormattableString.Invariant($"{files.Sum(one => one.Count)} files were passed over: {PassedOverFiles.Describe(files)}.")
        : null;

    public static PassedOverScope Enter() => s_current.Value = new();

    /// <summary>Called by a source whose rows are asked for.</summary>
    /// <param name="files">The same list for every cursor and every part of a source.</param>
    public void Report(IReadOnlyList<PassedOverFiles> files)
    {
        if (files.Count == 0)
            return;
        lock (_seen)
            _seen.Add(files);
    }

    public void Dispose() => s_current.Value = _outer;
}

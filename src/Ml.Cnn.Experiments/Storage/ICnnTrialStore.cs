namespace Ml.Cnn.Experiments;

/// <summary>
/// Files by their names, for workers that do not see an experiment's folder: a bucket of an object store. A file appears whole or not at all, and who lists or
/// reads after a write has ended finds it. Members may be called from any thread.
/// </summary>
public interface ICnnTrialStore
{
    /// <summary>The names that begin so.</summary>
    /// <param name="prefix">Such as "trials/0007/".</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Writes a file, in place of one of that name.</summary>
    /// <param name="name">With "/" between folders.</param>
    /// <param name="content">To be read from its position to its end; its length is known.</param>
    /// <param name="cancellationToken">Ends it; the file before is then as it was.</param>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    Task WriteAsync(string name, Stream content, CancellationToken cancellationToken);

    /// <summary>Reads a file.</summary>
    /// <param name="name">With "/" between folders.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its content, for the caller to dispose; null where there is no such file.</returns>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    Task<Stream?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a file; where there is none, nothing happens.</summary>
    /// <param name="name">With "/" between folders.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The store cannot be reached, or refuses.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>
/// Tells augmenting data views which epoch their cursors are for. A trainer opens one around the creation of an epoch's
/// cursors; it reaches through whatever stands between, since cursors are created down the chain on one call path.
/// </summary>
/// <example>
/// <code>
/// using (var scope = AugmentationScope.Enter(seed, epoch))
/// {
///     cursors = data.GetRowCursorSet(columns, threads, shuffle);
///     reached = scope.WasSeen;
/// }
/// </code>
/// </example>
internal sealed class AugmentationScope : IDisposable
{
    // Ambient by its nature: ML.NET's GetRowCursor has no parameter for it. It flows with the call, also over await and new threads.
    private static readonly AsyncLocal<AugmentationScope?> s_current = new();

    private readonly AugmentationScope? _outer;
    private int _seen;

    private AugmentationScope(int seed, int epoch, AugmentationScope? outer) => (Seed, Epoch, _outer) = (seed, epoch, outer);

    /// <summary>The innermost scope; null outside of training by this library.</summary>
    public static AugmentationScope? Current => s_current.Value;

    /// <summary>The run's seed.</summary>
    public int Seed { get; }

    /// <summary>From 0.</summary>
    public int Epoch { get; }

    /// <summary>Whether augmented images were asked for within the scope. Where they were in one epoch and not in the next, a cache stands between.</summary>
    public bool WasSeen => Volatile.Read(ref _seen) != 0;

    public static AugmentationScope Enter(int seed, int epoch) => s_current.Value = new(seed, epoch, Current);

    /// <summary>Called by a view whose augmented images are asked for.</summary>
    public void See() => Volatile.Write(ref _seen, 1);

    public void Dispose() => s_current.Value = _outer;
}

/// <summary>The scopes of one training run: warns once if a cache keeps the first epoch's augmented images.</summary>
/// <param name="seed">The run's seed.</param>
/// <param name="warn">Takes the warning.</param>
internal sealed class AugmentedEpochs(int seed, Action<string> warn)
{
    private bool _wasSeen;
    private bool _isWarned;

    /// <summary>Whether augmented images were asked for in any epoch so far.</summary>
    public bool WasSeen => _wasSeen;

    /// <summary>Runs what creates an epoch's cursors.</summary>
    public T Open<T>(int epoch, Func<T> createCursors)
    {
        using var scope = AugmentationScope.Enter(seed, epoch);
        var created = createCursors();
        if (_wasSeen && !scope.WasSeen && !_isWarned)
        {
            _isWarned = true;
            warn("The augmented images of the first epoch come again: a cache stands between the augmentation and the trainer. Put "
                + "AppendCacheCheckpoint before the augmentation.");
        }
        _wasSeen |= scope.WasSeen;
        return created;
    }
}

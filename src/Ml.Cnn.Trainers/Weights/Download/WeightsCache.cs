using System.Security.Cryptography;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>The folder in which downloaded weights are kept, and the way there.</summary>
/// <remarks>
/// A file that is put there by hand, under its published name, is as good as a download: no network is needed then. Downloads go
/// to a file with ".part" behind its name, are taken up again where they broke off, and get their name once their hash is
/// right. Any number of processes may ask for the same weights at once: one downloads, the others wait.
/// </remarks>
public sealed class WeightsCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "MLCNN_CACHE";

    /// <summary>The environment variable that names a mirror: an address under which the files lie.</summary>
    public const string MirrorVariable = "MLCNN_MIRROR";

    /// <summary>Opens a cache. Nothing is created before it is needed.</summary>
    /// <param name="folder">The folder. Default: the environment variable MLCNN_CACHE, else the platform's (see <see cref="DefaultFolder"/>).</param>
    /// <param name="mirror">
    /// An http address that stands for the folder of every published address. Default: the environment variable MLCNN_MIRROR, else none.
    /// </param>
    /// <exception cref="ArgumentException">The mirror is no http or https address.</exception>
    public WeightsCache(string? folder = null, Uri? mirror = null)
    {
        Folder = Path.GetFullPath(folder ?? DefaultFolder);
        if (mirror is null && Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.Absolute, out mirror))
            throw new ArgumentException($"{MirrorVariable} must be an address such as https://example.org/weights, not '{text}'.", nameof(mirror));
        if (mirror is { IsAbsoluteUri: false } || mirror is not (null or { Scheme: "http" or "https" }))
            throw new ArgumentException($"The mirror must be an http or https address, not '{mirror}'.", nameof(mirror));
        Mirror = mirror;
    }

    /// <summary>The usual folder, to be looked into: nothing is downloaded, so that a mirror that is no address is no error.</summary>
    internal static WeightsCache OfThisMachine => new(mirror: new Uri("http://localhost"));

    /// <summary>
    /// The environment variable MLCNN_CACHE, else "mlcnn" in the platform's cache folder: $XDG_CACHE_HOME or ~/.cache,
    /// ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows.
    /// </summary>
    public static string DefaultFolder => FindDefaultFolder(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows(), OperatingSystem.IsMacOS());

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The address that stands for the folder of every published address; null: none.</summary>
    public Uri? Mirror { get; }

    /// <summary>The pause before the first repetition; it doubles with every further one.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>How long a server may be silent.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where weights are, or would be.</summary>
    public string PathOf(PretrainedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Path.Join(Folder, weights.FileName);
    }

    /// <summary>Whether the weights' file is there. Its content is not looked at.</summary>
    public bool Contains(PretrainedWeights weights) => File.Exists(PathOf(weights));

    /// <summary>Whether a file has the weights' hash.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="path">The file. Default: the cache's.</param>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    public bool Verify(PretrainedWeights weights, string? path = null) =>
        Sha256Of(path ?? PathOf(weights)).StartsWith(weights.Sha256Prefix, StringComparison.Ordinal);

    /// <summary>Gives the path of the weights' file, checked by its hash; downloads it if it is not there.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="progress">Told how far the download is.</param>
    /// <param name="cancellationToken">Ends the download. What was received is kept, and the next call goes on from there.</param>
    /// <exception cref="WeightsDownloadException">The file cannot be had, or has the wrong hash. The message says what file to put where.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public async Task<string> GetAsync(PretrainedWeights weights, IProgress<WeightsProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var path = PathOf(weights);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Folder);
            await using var _ = await LockAsync(path + ".lock", cancellationToken).ConfigureAwait(false);
            if (!File.Exists(path)) // else another process was first
            {
                await new ResumableDownload(weights, this).RunAsync(path, progress, cancellationToken).ConfigureAwait(false);
                return path;
            }
        }
        if (Verify(weights, path))
            return path;
        throw new WeightsDownloadException($"'{path}' is not {weights.Name}: "
            + $"its SHA-256 begins with {Sha256Of(path)[..weights.Sha256Prefix.Length]} instead of {weights.Sha256Prefix}. "
            + "Delete it, and it is downloaded anew.");
    }

    /// <summary>As <see cref="GetAsync"/>, and waits for it.</summary>
    public string Get(PretrainedWeights weights, IProgress<WeightsProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => GetAsync(weights, progress, cancellationToken), CancellationToken.None).GetAwaiter().GetResult();

    internal Uri AddressOf(PretrainedWeights weights) =>
        Mirror is null ? weights.Address : new Uri($"{Mirror.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{weights.FileName}{Mirror.Query}");

    internal static string Sha256Of(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    internal static string FindDefaultFolder(Func<string, string?> variable, bool isWindows, bool isMacOS)
    {
        if (variable(FolderVariable) is { Length: > 0 } folder)
            return folder;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = isWindows ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : isMacOS ? Path.Join(home, "Library", "Caches")
            : variable("XDG_CACHE_HOME") is { } named && Path.IsPathRooted(named) ? named // the specification has relative ones ignored
            : Path.Join(home, ".cache");
        return Path.Join(caches, "mlcnn");
    }

    /// <summary>Waits until no other process has the file open. It stays where it is: deleting it would let two processes in.</summary>
    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>How far a download is.</summary>
/// <param name="Bytes">Received, those of earlier attempts included.</param>
/// <param name="TotalBytes">The file's size; null while the server has not told it.</param>
public readonly record struct WeightsProgress(long Bytes, long? TotalBytes);

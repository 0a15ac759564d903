using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Weights;
using TorchSharp;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>The checkpoints of one training: numbered files, each named after the hash of its content, of which the newest two are kept.</summary>
internal sealed partial class CheckpointFolder
{
    private const int HashDigits = 16;
    private const string TemporaryName = "checkpoint";
    private const string TemporaryFiles = $".{TemporaryName}-*.tmp";

    private readonly string _folder;
    private readonly Func<Stream, Stream>? _wrap;
    private long _number;
    private string? _newest;
    private Func<Stream>? _received; // instead of a file of the folder

    private CheckpointFolder(string folder, Func<Stream, Stream>? wrap) => (_folder, _wrap) = (folder, wrap);

    /// <summary>What to go on from; null to start afresh.</summary>
    public CheckpointHeader? Resumed { get; private set; }

    /// <summary>Its name.</summary>
    public string? ResumedName { get; private set; }

    /// <summary>What was wrong with newer ones.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Whether there is one to go back to.</summary>
    public bool HasAny => _newest is not null;

    /// <param name="options">Where, and whether to go on.</param>
    /// <param name="wrap">Stands between a checkpoint and its file; for tests of a disk that fills.</param>
    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    /// <exception cref="InvalidOperationException">There are checkpoints, and training is not to go on from them.</exception>
    public static CheckpointFolder Open(CheckpointOptions options, Func<Stream, Stream>? wrap = null)
    {
        var folder = new CheckpointFolder(Path.GetFullPath(options.Folder), wrap);
        folder.RequireWritable();
        var files = folder.Files();
        if (files.Count > 0 && !options.Resume)
            throw new InvalidOperationException($"The folder '{options.Folder}' holds the checkpoints of an earlier training: set Resume to go on from "
                + "them, choose another folder, or delete them.");
        folder._number = files.Count > 0 ? files[^1].Number : 0;
        folder.FindIntact(files);
        return folder;
    }

    /// <summary>A checkpoint of another process, to go on from.</summary>
    /// <param name="name">Its name there.</param>
    /// <param name="open">Gives its content.</param>
    public static CheckpointFolder Of(string name, Func<Stream> open)
    {
        using var stream = open();
        return new("", null)
        {
            Resumed = CheckpointHeader.Parse(SafeTensors.ReadHeader(stream, stream.Length).Metadata),
            ResumedName = name,
            _newest = name,
            _received = open,
        };
    }

    /// <summary>Writes one more, and deletes those before the last two.</summary>
    /// <exception cref="IOException">It cannot be written. The earlier ones are as they were.</exception>
    public void Write(CheckpointHeader header, IReadOnlyList<KeyValuePair<string, torch.Tensor>> tensors)
    {
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var name = AtomicFile.WriteToDisk(_folder, TemporaryName, stream =>
            {
                SafeTensors.Write(new HashingStream(stream, hash), tensors, header.ToMetadata());
                return FormattableString.Invariant($"checkpoint-{_number + 1:000000}-{Digits(hash.GetHashAndReset())}.safetensors");
            }, _wrap);
            _number++;
            DeleteAllBut(name, _newest);
            _newest = name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException) // a limit on the size of files is the last
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Reads the newest one: the one that was found, or that was written last.</summary>
    /// <exception cref="WeightsFormatException">It is damaged.</exception>
    public SafeTensorsFile ReadNewest()
    {
        using var stream = _received?.Invoke() ?? File.OpenRead(Path.Join(_folder, _newest));
        return SafeTensors.Read(stream, stream.Length);
    }

    private void FindIntact(List<(string Name, long Number, string Hash)> files)
    {
        var warnings = new List<string>();
        foreach (var (name, _, hash) in files.AsEnumerable().Reverse())
        {
            try
            {
                using var stream = File.OpenRead(Path.Join(_folder, name));
                if (Digits(SHA256.HashData(stream)) != hash)
                    throw new WeightsFormatException("its content is not what was written");
                stream.Position = 0;
                Resumed = CheckpointHeader.Parse(SafeTensors.ReadHeader(stream, stream.Length).Metadata);
                _newest = ResumedName = name;
                break;
            }
            catch (Exception e) when (e is WeightsFormatException or IOException or UnauthorizedAccessException)
            {
                warnings.Add($"The checkpoint '{name}' is damaged and left out: {e.Message}");
            }
        }
        if (Resumed is null && files.Count > 0)
            warnings.Add("No checkpoint is intact: training starts afresh.");
        Warnings = warnings;
    }

    private List<(string Name, long Number, string Hash)> Files() =>
        [.. Directory.EnumerateFiles(_folder).Select(path => FileName().Match(Path.GetFileName(path))).Where(match => match.Success)
            .Select(match => (match.Value, long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value))
            .OrderBy(file => file.Item2)];

    private void DeleteAllBut(string newest, string? before)
    {
        foreach (var (name, _, _) in Files())
        {
            if (name != newest && name != before)
                AtomicFile.TryDelete(Path.Join(_folder, name));
        }
    }

    // Before hours of training, rather than after them. What a killed process was writing goes.
    private void RequireWritable()
    {
        try
        {
            Directory.CreateDirectory(_folder);
            foreach (var left in Directory.EnumerateFiles(_folder, TemporaryFiles))
                File.Delete(left);
            var probe = Path.Join(_folder, $".checkpoint-{Path.GetRandomFileName()}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Checkpoints cannot be written to the folder '{_folder}': {e.Message}", e);
        }
    }

    private static string Digits(byte[] hash) => Convert.ToHexStringLower(hash)[..HashDigits];

    [GeneratedRegex(@"^checkpoint-([0-9]{6,18})-([0-9a-f]{16})\.safetensors$")]
    private static partial Regex FileName();
}

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli;

/// <summary>What data is read for.</summary>
internal enum DataRole
{
    Training,
    Validation,
    Evaluation,
    Unlabeled,
}

/// <summary>The height, width and channels of images that come as pixels.</summary>
internal sealed record PixelShape(int Side, int Channels);

/// <summary>Labeled images that the command line names.</summary>
internal abstract partial record DataSource
{
    public const string Forms = "a folder with one subfolder per class; a .tar, .tar.gz, .tgz or .zip file of such folders, "
        + "with ':FOLDER' after it for a part of it such as data.tar:data/train; a .csv or .tsv list of path and label; "
        + "'mnist:DIR', 'cifar10:DIR' or 'cifar100:DIR', with ':train' or ':test' after it for that part; or 'digits:COUNT' for drawn digits";

    private const string Digits = "digits:";

    /// <summary>The column of encoded images or of pixels.</summary>
    public const string ImageColumn = "Image";

    public const string PathColumn = "ImagePath";

    public const string LabelColumn = "Label";

    /// <summary>Data sets in files of pixels, with parts for training and for testing.</summary>
    private static readonly PixelSet[] s_pixelSets =
    [
        new("mnist:", "Mnist", "MNIST's files", new(28, 1), (data, path, split) => data.LoadMnist(path, split, ImageColumn, LabelColumn)),
        new("cifar10:", "Cifar10", "CIFAR-10's binary files", new(32, 3), (data, path, split) => data.LoadCifar10(path, split, ImageColumn, LabelColumn)),
        new("cifar100:", "Cifar100", "CIFAR-100's binary files", new(32, 3),
            (data, path, split) => data.LoadCifar100(path, split, imageColumnName: ImageColumn, labelColumnName: LabelColumn)),
    ];

    /// <summary>As the command line gave it.</summary>
    public string Text { get; private init; } = "";

    /// <summary>What an experiment notes of how the images lie there (<see cref="Ml.Cnn.Experiments.CnnExperimentNotes.Form"/>).</summary>
    public abstract string Form { get; }

    /// <summary>Class folders without a readable image are left out, instead of being an error. Default false.</summary>
    public bool AllowsEmptyClasses { get; init; }

    /// <summary>Whether the data has a column of paths and none of images.</summary>
    public virtual bool IsFiles => false;

    /// <summary>The folder whose images these are, in itself or below; null where it is no folder.</summary>
    public virtual string? Folder => null;

    /// <summary>The list that names the images; null where there is none.</summary>
    public virtual string? List => null;

    /// <summary>The archive that holds the images; null where there is none.</summary>
    public virtual string? Archive => null;

    /// <summary>The folder that lists of these images count paths from; null where images have no paths but names, or nothing.</summary>
    public string? PathsFrom => Folder ?? (List is { } list ? Path.GetDirectoryName(Path.GetFullPath(list)) : null);

    /// <summary>What an image is called in files of scores: its path from the data's folder, list or archive, with forward slashes.</summary>
    /// <param name="path">As the data view has it.</param>
    public string NameOf(string path)
    {
        // Of a list, paths are as the list has them where they are below its folder.
        var relative = PathsFrom is { } from && Path.GetFullPath(from) is var root ? Path.GetRelativePath(root, Path.GetFullPath(path, root)) : path;
        var name = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return OperatingSystem.IsWindows() ? name.Replace('\\', '/') : name;
    }

    /// <summary>The shape of images that come as pixels; null where they are encoded, in files or in an archive.</summary>
    public virtual PixelShape? Pixels => null;

    /// <summary>The data view. Its labels are text.</summary>
    public abstract IDataView Load(MLContext mlContext, DataRole role);

    /// <exception cref="FormatException">The text has none of the <see cref="Forms"/>.</exception>
    public static DataSource Parse(string text) => text.Length > 0
        ? ParseForm(text) with { Text = text }
        : throw new FormatException($"The data must be {Forms}; nothing was given.");

    private static DataSource ParseForm(string text)
    {
        if (s_pixelSets.FirstOrDefault(set => text.StartsWith(set.Prefix, StringComparison.OrdinalIgnoreCase)) is { } set)
            return ParsePixelSet(text, set);
        if (text.StartsWith(Digits, StringComparison.OrdinalIgnoreCase))
            return ParseDigits(text);
        if (Directory.Exists(text))
            return new FolderSource(text);
        if (ArchiveForm().Match(text) is { Success: true } archive)
            return File.Exists(text) ? new ArchiveSource(text, null) : ParseArchive(text, archive);
        return Path.GetExtension(text).ToLowerInvariant() is ".csv" or ".tsv" ? new ListSource(text) : new FolderSource(text);
    }

    private static DigitsSource ParseDigits(string text) =>
        int.TryParse(text.AsSpan(Digits.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new(number)
            : throw new FormatException($"'{text}' is no data: after 'digits:' there must be a whole number of at least 1.");

    private static ArchiveSource ParseArchive(string text, Match archive)
    {
        var folder = archive.Groups["folder"];
        return !folder.Success || folder.Length > 0
            ? new(archive.Groups["file"].Value, folder.Success ? folder.Value : null)
            : throw new FormatException($"'{text}' is no data: after the colon there must be a folder of the archive.");
    }

    private static PixelSetSource ParsePixelSet(string text, PixelSet set)
    {
        var place = text[set.Prefix.Length..];
        var colon = place.LastIndexOf(':');
        var afterDrive = colon == 1 && char.IsAsciiLetter(place[0]) && place[2..] is not ("train" or "test"); // C:\mnist
        var isWhole = colon < 0 || afterDrive || Directory.Exists(place) || File.Exists(place);
        var (path, split) = isWhole ? (place, null) : (place[..colon], place[(colon + 1)..]);
        DataSplit? part = split switch
        {
            null => null,
            "train" => DataSplit.Train,
            "test" => DataSplit.Test,
            _ => throw new FormatException($"'{text}' is no data: after the folder there may be ':train' or ':test', not ':{split}'."),
        };
        return path.Length > 0
            ? new(set, path, part)
            : throw new FormatException($"'{text}' is no data: after '{set.Prefix}' there must be the folder of {set.Files}.");
    }

    // Archives that are not read are among them: the library says so by name.
    [GeneratedRegex(@"^(?<file>.+?\.(tar(\.(gz|xz|bz2|zst|lz4))?|tgz|txz|tbz2?|zip|7z|rar|xz|bz2|zst))(:(?<folder>.*))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex ArchiveForm();

    private sealed record FolderSource(string Path) : DataSource
    {
        public override string Form => "Files";

        public override bool IsFiles => true;

        public override string Folder => Path;

        public override IDataView Load(MLContext mlContext, DataRole role) =>
            mlContext.Data.LoadImageFolder(Path, PathColumn, LabelColumn, allowEmptyClasses: AllowsEmptyClasses);
    }

    private sealed record ListSource(string Path) : DataSource
    {
        public override string Form => "Files";

        public override bool IsFiles => true;

        public override string List => Path;

        public override IDataView Load(MLContext mlContext, DataRole role) => mlContext.Data.LoadImageList(Path, PathColumn, LabelColumn);
    }

    private sealed record ArchiveSource(string Path, string? Part) : DataSource
    {
        public override string Form => "Archive";

        public override string Archive => Path;

        public override IDataView Load(MLContext mlContext, DataRole role) =>
            mlContext.Data.LoadImageArchive(Path, Part, ImageColumn, LabelColumn, PathColumn, allowEmptyClasses: AllowsEmptyClasses);
    }

    /// <param name="Prefix">Stands before the folder.</param>
    /// <param name="Form">As an experiment notes it.</param>
    /// <param name="Files">What the folder holds.</param>
    /// <param name="Shape">That of its images.</param>
    /// <param name="Load">From the folder, a part.</param>
    private sealed record PixelSet(string Prefix, string Form, string Files, PixelShape Shape, Func<DataOperationsCatalog, string, DataSplit, IDataView> Load);

    private sealed record PixelSetSource(PixelSet Set, string Path, DataSplit? Split) : DataSource
    {
        public override string Form => Set.Form;

        public override PixelShape Pixels => Set.Shape;

        public override IDataView Load(MLContext mlContext, DataRole role) =>
            Set.Load(mlContext.Data, Path, Split ?? (role is DataRole.Training or DataRole.Unlabeled ? DataSplit.Train : DataSplit.Test));
    }

    private sealed record DigitsSource(int Count) : DataSource
    {
        public override string Form => "Digits";

        public override PixelShape Pixels { get; } = new(28, 1);

        // Another seed draws other digits: nothing is evaluated on what it was trained with.
        public override IDataView Load(MLContext mlContext, DataRole role) =>
            mlContext.Data.GenerateDigits(Count, seed: 1 + (int)role, imageColumnName: ImageColumn, labelColumnName: LabelColumn);
    }
}

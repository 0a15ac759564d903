using System.Globalization;
using Microsoft.ML;

namespace MlCnn.Cli;

/// <summary>What data is read for.</summary>
internal enum DataRole
{
    Training,
    Validation,
    Evaluation,
}

/// <summary>Labelled pictures that the command line names: a folder, MNIST's files, or digits drawn by a program.</summary>
internal abstract record DataSource
{
    public const string Forms = "a folder with one subfolder per class, 'mnist:DIR' (or 'mnist:DIR:train', 'mnist:DIR:test'), or 'digits:COUNT' for drawn digits";

    private const string Mnist = "mnist:";
    private const string Digits = "digits:";

    /// <summary>The column of encoded pictures or of pixels.</summary>
    public const string ImageColumn = "Image";

    public const string PathColumn = "ImagePath";

    public const string LabelColumn = "Label";

    /// <summary>Whether the pictures are files: the data then has a column of paths; else one of pixels.</summary>
    public abstract bool IsFiles { get; }

    /// <summary>Height and width of the pictures; null where they may differ.</summary>
    public virtual int? ImageSize => null;

    /// <summary>The data view. Its labels are text.</summary>
    public abstract IDataView Load(MLContext mlContext, DataRole role);

    /// <exception cref="FormatException">The text has none of the <see cref="Forms"/>.</exception>
    public static DataSource Parse(string text)
    {
        if (text.Length == 0)
            throw new FormatException($"The data must be {Forms}; nothing was given.");
        if (text.StartsWith(Mnist, StringComparison.OrdinalIgnoreCase))
            return ParseMnist(text, text[Mnist.Length..]);
        if (!text.StartsWith(Digits, StringComparison.OrdinalIgnoreCase))
            return new FolderSource(text);
        var count = text[Digits.Length..];
        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new DigitsSource(number)
            : throw new FormatException($"'{text}' is no data: after 'digits:' there must be a whole number of at least 1.");
    }

    private static MnistSource ParseMnist(string text, string place)
    {
        var colon = place.LastIndexOf(':');
        var afterDrive = colon == 1 && char.IsAsciiLetter(place[0]); // C:\mnist
        var (directory, split) = colon < 0 || afterDrive || Directory.Exists(place) ? (place, null) : (place[..colon], place[(colon + 1)..]);
        if (split is not (null or "train" or "test"))
            throw new FormatException($"'{text}' is no data: after the folder there may be ':train' or ':test', not ':{split}'.");
        return directory.Length > 0 ? new MnistSource(directory, split) : throw new FormatException($"'{text}' is no data: after 'mnist:' there must be the folder of MNIST's files.");
    }

    private sealed record FolderSource(string Path) : DataSource
    {
        public override bool IsFiles => true;

        public override IDataView Load(MLContext mlContext, DataRole role) => mlContext.Data.LoadImageFolder(Path, PathColumn, LabelColumn);
    }

    private sealed record MnistSource(string Directory, string? Split) : DataSource
    {
        public override bool IsFiles => false;

        public override int? ImageSize => 28;

        public override IDataView Load(MLContext mlContext, DataRole role) =>
            mlContext.Data.LoadMnist(Directory, Split ?? (role == DataRole.Training ? "train" : "test"), ImageColumn, LabelColumn);
    }

    private sealed record DigitsSource(int Count) : DataSource
    {
        public override bool IsFiles => false;

        public override int? ImageSize => 28;

        // Another seed draws other digits: nothing is evaluated on what it was trained with.
        public override IDataView Load(MLContext mlContext, DataRole role) =>
            mlContext.Data.GenerateDigits(Count, seed: 1 + (int)role, imageColumnName: ImageColumn, labelColumnName: LabelColumn);
    }
}

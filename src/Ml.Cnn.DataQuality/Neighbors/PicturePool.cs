using Ml.Cnn.DataQuality.Images;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>Where a picture is from.</summary>
/// <param name="IsValidation">Whether it is of the validation set.</param>
/// <param name="Row">Its row there.</param>
internal readonly record struct PicturePlace(bool IsValidation, int Row);

/// <summary>
/// Different pictures of the data and of a validation set: files that are equal byte for byte count once. Pictures that show nothing are left out.
/// </summary>
internal sealed class PicturePool
{
    private readonly SurveyedImages _data;
    private readonly SurveyedImages? _validation;

    public PicturePool(SurveyedImages data, SurveyedImages? validation)
    {
        (_data, _validation) = (data, validation);
        var places = Shown(data, false).Concat(validation is null ? [] : Shown(validation, true));
        Copies = [.. places.GroupBy(place => Of(place).Contents[place.Row]).Select(group => group.ToArray())];
        Hashes = [.. Copies.Select(copies => Of(copies[0]).Hashes[copies[0].Row])];
        Pictures = [.. Copies.Select(copies => Of(copies[0]).Thumbnail(copies[0].Row).ToArray())];
    }

    /// <summary>For each picture all places with the same content, those of the data first.</summary>
    public PicturePlace[][] Copies { get; }

    /// <summary>Of each picture.</summary>
    public ulong[] Hashes { get; }

    /// <summary>Of each picture, 32 × 32 gray levels.</summary>
    public byte[][] Pictures { get; }

    public string FileOf(PicturePlace place) => Of(place).Files[place.Row];

    public string ClassOf(PicturePlace place) => Of(place).Labels[place.Row];

    private SurveyedImages Of(PicturePlace place) => place.IsValidation ? _validation! : _data;

    private static IEnumerable<PicturePlace> Shown(SurveyedImages images, bool isValidation) =>
        images.ReadableRows().Where(row => !images.IsBlank(row)).Select(row => new PicturePlace(isValidation, row));
}

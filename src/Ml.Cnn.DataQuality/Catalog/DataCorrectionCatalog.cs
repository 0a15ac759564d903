using Microsoft.ML.Data;
using Ml.Cnn.DataQuality;
using Ml.Cnn.DataQuality.Corrections;
using Ml.Cnn.MlNet;

namespace Microsoft.ML;

/// <summary>Data with fewer problems, among <c>mlContext.Data</c>.</summary>
public static class DataCorrectionCatalog
{
    /// <summary>
    /// Leaves out images and changes labels as the files say that <see cref="DataProblemReport.SaveCsv"/> wrote, as they are or changed by hand. The images
    /// stay where they are.
    /// </summary>
    /// <remarks>
    /// Lines are told apart by their action. "exclude": the image is left out by <paramref name="excludePath"/>. "relabel": it takes the proposed class by
    /// <paramref name="relabelPath"/>, or is left out by <paramref name="excludePath"/> alone. "review": nothing is done. In a list without the column every
    /// line counts. An image is found by its file, and in data without files by its row. A line whose class is not the image's label is passed over.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">The images that the findings are about.</param>
    /// <param name="excludePath">The list whose images are left out; null: none are.</param>
    /// <param name="relabelPath">The list whose proposed classes are taken; null: none are. May be the same.</param>
    /// <param name="folder">
    /// The folder that the lists' paths start from, as in <see cref="DataProblemReport.SaveCsv"/>. Default: they are as in the data.
    /// </param>
    /// <param name="imagePathColumnName">The column of the images' paths or names; it may be missing. Default "ImagePath".</param>
    /// <param name="labelColumnName">The column of labels; text where labels change. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column of labels, or it is of another type.</exception>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidDataException">A list cannot be read; the message names the line.</exception>
    /// <exception cref="InvalidOperationException">No image is left.</exception>
    /// <example>
    /// <code>
    /// CorrectedData corrected = mlContext.Data.CorrectProblems(flowers, excludePath: "problems.csv", relabelPath: "problems.csv");
    /// Console.WriteLine($"{corrected.Excluded} left out, {corrected.Relabeled} with another label");
    /// ITransformer model = pipeline.Fit(corrected.Data);
    /// </code>
    /// </example>
    public static CorrectedData CorrectProblems(this DataOperationsCatalog catalog, IDataView data, string? excludePath = null, string? relabelPath = null,
        string? folder = null, string imagePathColumnName = "ImagePath", string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        var label = data.Schema.GetColumnOrNull(labelColumnName) ?? throw SchemaErrors.Missing("label", labelColumnName);
        var path = data.Schema.GetColumnOrNull(imagePathColumnName) is { Type: TextDataViewType } text ? text : (DataViewSchema.Column?)null;
        var relabel = relabelPath is null ? [] : CorrectionList.Read(relabelPath);
        if (relabel.FirstOrDefault(line => line.Action is null or DataProblemAction.Relabel && line.Proposed.Length == 0) is { } empty)
            throw new InvalidDataException($"'{relabelPath}', line {empty.Line}: the action is relabel, and no class is proposed.");
        var corrected = new DataCorrection(data, label, path, folder).Apply(excludePath is null ? [] : CorrectionList.Read(excludePath), relabel);
        return corrected.Data.GetRowCount() is 0 ? throw new InvalidOperationException($"'{excludePath}' leaves no image.") : corrected;
    }
}

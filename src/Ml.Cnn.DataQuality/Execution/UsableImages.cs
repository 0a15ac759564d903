using Microsoft.ML;
using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>The images of a data set that can be read and have a label.</summary>
/// <param name="Data">These alone.</param>
/// <param name="Rows">For each of them its row in the whole data, rising.</param>
internal sealed record UsableImages(IDataView Data, int[] Rows)
{
    public static UsableImages Of(IDataView data, SurveyedImages images)
    {
        int[] rows = [.. images.ReadableRows().Where(row => images.Labels[row].Length > 0)];
        return new(rows.Length == images.Count ? data : RowSubset.Of(data, images.Ids, rows), rows);
    }
}

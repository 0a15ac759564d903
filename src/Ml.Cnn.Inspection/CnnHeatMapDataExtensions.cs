using Microsoft.ML;
using Ml.Cnn.Inspection.Attribution;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Inspection;

/// <summary>Heat maps of images in a data view.</summary>
public static class CnnHeatMapDataExtensions
{
    /// <summary>
    /// Heat maps of some rows, in their order, one after the other as they are asked for, so that one image is in memory at a time. Other rows are passed over
    /// without their images; images that cannot be read have no map.
    /// </summary>
    /// <param name="model">A trained network.</param>
    /// <param name="data">The images, in the model's <see cref="CnnClassifier.FeatureColumnName"/>; without that column, in files.</param>
    /// <param name="rows">The rows from 0, and the class that parts of each are to speak for; null: the predicted one.</param>
    /// <param name="options">Method and layer; its class is not used. Default: Grad-CAM of the last layer with height and width.</param>
    /// <param name="imagePathColumnName">The column of paths, where there is no column of images.</param>
    /// <exception cref="ArgumentException">There is no such layer or class; the message names the nearest.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or there is no column of images.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static IEnumerable<(int Row, CnnHeatMap Map)> HeatMaps(this CnnTransformer model, IDataView data, IReadOnlyDictionary<int, string?> rows,
        CnnHeatMapOptions? options = null, string imagePathColumnName = "ImagePath")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new();
        CnnHeatMapOptions.Validate(options, Math.Min(model.Shape.Height, model.Shape.Width));
        var (column, format) = ImageColumnReader.Find(data.Schema, model.FeatureColumnName, imagePathColumnName);
        return Make();

        IEnumerable<(int, CnnHeatMap)> Make()
        {
            if (rows.Count == 0)
                yield break;
            using var network = new InspectedNetwork(model);
            foreach (var (row, photo) in RowPhotos.Read(data, column, format, rows.Keys.ToHashSet()))
                yield return (row, HeatMapMaker.Make(network, photo, options, rows[row]));
        }
    }
}

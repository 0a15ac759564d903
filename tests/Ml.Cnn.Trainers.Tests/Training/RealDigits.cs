using Microsoft.ML;
using Ml.Cnn.Transforms;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The first images of MNIST, in the columns "Image" and "Label", a key.</summary>
internal static class RealDigits
{
    /// <summary>Skips the test where there is no MNIST.</summary>
    public static (IDataView Train, IDataView Test) Load(MLContext mlContext, int train, int test)
    {
        var folder = SharedData.Require("data/mnist");
        var images = mlContext.Data.TakeRows(mlContext.Data.LoadMnist(folder), train);
        var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(images);
        return (keys.Transform(images), keys.Transform(mlContext.Data.TakeRows(mlContext.Data.LoadMnist(folder, DataSplit.Test), test)));
    }
}

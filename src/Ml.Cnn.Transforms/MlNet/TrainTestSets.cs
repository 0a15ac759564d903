using Microsoft.ML;

namespace Ml.Cnn.MlNet;

/// <summary>ML.NET's pair of data views, whose constructor it keeps internal.</summary>
internal static class TrainTestSets
{
    public static DataOperationsCatalog.TrainTestData Create(IDataView train, IDataView test) => new(train, test);
}

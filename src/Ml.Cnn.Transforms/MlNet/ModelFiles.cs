using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.MlNet;

/// <summary>Loading a model where only the environment is at hand: ML.NET keeps the way from it to <c>mlContext.Model</c> internal.</summary>
internal static class ModelFiles
{
    public static ITransformer Load(IHostEnvironment environment, string path) => new ModelOperationsCatalog(environment).Load(path, out _);
}

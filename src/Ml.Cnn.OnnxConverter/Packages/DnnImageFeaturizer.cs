using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Import.Result;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.OnnxConverter.Packages;

/// <summary>The networks of ML.NET's packages Microsoft.ML.DnnImageFeaturizer.*, whose files lie in the output of an app that references one.</summary>
internal static class DnnImageFeaturizer
{
    private const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18";
    private const string Version = "0.23.1"; // that was compared with ML.NET
    private const string Models = "DnnImageModels"; // as the package's props file links them
    private const long MostBytes = 1L << 30;

    private static readonly string s_network = Path.Join(Models, "ResNet18Onnx", "ResNet18.onnx");
    private static readonly string s_preparation = Path.Join(Models, "ResNetPrepOnnx", "ResNetPreprocess.onnx");

    /// <summary>ResNet-18 and the graph that prepares its images, as one network.</summary>
    /// <param name="folder">The folder of an app that references the package.</param>
    /// <exception cref="FileNotFoundException">The package's files are not there.</exception>
    /// <exception cref="OnnxFormatException">A file is damaged.</exception>
    public static Architecture ResNet18(string folder)
    {
        var preparation = OnnxSource.Read(Find(folder, s_preparation), MostBytes);
        using var file = OnnxSource.Read(Find(folder, s_network), MostBytes);
        using (preparation)
            OnnxChain.Put(preparation.Model, file.Model);
        return ImportedNetwork.Of(file, Path.GetFileName(s_network), new()
        {
            Name = "DnnImageFeaturizer.ResNet18",
            HasClassifier = false,
            Preprocessing = new()
            {
                ResizeShortSide = 256, // as networks of ImageNet are evaluated
                Normalization = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]), // pixels from 0 to 255: the network begins with the mean image
                ReducedDecoding = false,
            },
        }) with
        {
            Family = "ResNet",
            Paper = "He, Zhang, Ren and Sun: Deep Residual Learning for Image Recognition, 2015",
            Year = 2015,
        };
    }

    private static string Find(string folder, string file)
    {
        var path = Path.Join(folder, file);
        return File.Exists(path) ? path : throw new FileNotFoundException(
            $"The weights of the package {Package} are not beside the app: there is no '{path}'. The project of the app itself must reference it, since its "
            + $"files are copied for no other: <PackageReference Include=\"{Package}\" Version=\"{Version}\" />.", path);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>Trained pipelines: LeNet-5 on drawn digits, and a ResNet-18 on photos, which lie in shared.</summary>
internal static class Models
{
    private static readonly Lazy<(ITransformer, IDataView)> s_digits = new(TrainDigits);
    private static readonly Lazy<(ITransformer, IDataView)> s_photos = new(TrainPhotos);

    public static MLContext Context { get; } = new(seed: 1);

    /// <summary>Digits that the network has not seen, as vectors of pixels, and the pipeline.</summary>
    public static (ITransformer Pipeline, IDataView Data) Digits => s_digits.Value;

    /// <summary>Photos that the network has not seen, as files, and the pipeline. Skips the test where they are missing.</summary>
    public static (ITransformer Pipeline, IDataView Data) Photos
    {
        get
        {
            SharedData.Require("data/hymenoptera.tar");
            return s_photos.Value;
        }
    }

    /// <summary>The pipelines by name, for tests of both.</summary>
    public static (ITransformer Pipeline, IDataView Data) Of(string name) => name == "digits" ? Digits : Photos;

    public static CnnTransformer Network(ITransformer pipeline) => CnnTransformer.Find(pipeline)!;

    /// <summary>Writes a network as an ONNX file and loads it again.</summary>
    public static CnnOnnxTransformer Exported(this TemporaryFolder folder, CnnTransformer network, OnnxExportOptions? options = null,
        OnnxScoringOptions? scoring = null)
    {
        var path = Path.Join(folder.Path, "model.onnx");
        network.SaveAsOnnx(path, options);
        return OnnxModel.Load(path, scoring ?? new() { Device = "cpu" }, Context);
    }

    /// <summary>The scores of every row.</summary>
    public static float[][] Scores(ITransformer model, IDataView data) =>
        [.. Context.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false, ignoreMissingColumns: true).Select(row => row.Score)];

    /// <summary>The largest difference of two rows of scores; infinite where one is a number and the other is not.</summary>
    public static double Difference(float[][] one, float[][] other)
    {
        Assert.HasCount(one.Length, other);
        return one.Zip(other, (a, b) => a.Zip(b, (x, y) => float.IsNaN(x) && float.IsNaN(y) ? 0 : float.IsNaN(x - y) ? double.PositiveInfinity
            : Math.Abs((double)x - y)).Max()).Max();
    }

    private static (ITransformer, IDataView) TrainDigits()
    {
        var options = new LeNetOptions { FeatureColumnName = "Image", Epochs = 2, Device = "cpu", Seed = 1 };
        return (Pipeline(Context.MulticlassClassification.Trainers.LeNet(options)).Fit(Context.Data.GenerateDigits(600, seed: 1)),
            Context.Data.GenerateDigits(150, seed: 2));
    }

    private static (ITransformer, IDataView) TrainPhotos()
    {
        var photos = SharedData.Files("data/hymenoptera.tar").Where((_, i) => i % 4 == 0)
            .Select(file => new Photo { Image = file.Bytes, Label = Path.GetFileName(Path.GetDirectoryName(file.Name))! }).ToArray();
        var options = new ResNetOptions { FeatureColumnName = "Image", ImageSize = 64, Epochs = 2, BatchSize = 16, Device = "cpu", Seed = 1 };
        var (seen, others) = (photos.Where((_, i) => i % 2 == 0), photos.Where((_, i) => i % 2 == 1));
        return (Pipeline(Context.MulticlassClassification.Trainers.ResNet(options)).Fit(Context.Data.LoadFromEnumerable(seen)),
            Context.Data.LoadFromEnumerable(others));
    }

    private static EstimatorChain<KeyToValueMappingTransformer> Pipeline(IEstimator<ITransformer> trainer) =>
        Context.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}

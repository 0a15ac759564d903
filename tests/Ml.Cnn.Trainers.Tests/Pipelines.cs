using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Small trained networks, and what is asked of them again and again.</summary>
internal static class Pipelines
{
    /// <summary>LeNet on the column "Image".</summary>
    public static LeNetOptions Options(int epochs = 1, Action<LeNetOptions>? change = null)
    {
        var options = new LeNetOptions { FeatureColumnName = "Image", Epochs = epochs };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Text labels to keys, then LeNet.</summary>
    public static TransformerChain<CnnTransformer> FitLeNet(this MLContext mlContext, IDataView data, LeNetOptions? options = null) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.MulticlassClassification.Trainers.LeNet(options ?? Options())).Fit(data);

    /// <summary>Text labels to keys, then a network of the test's own on the column "Image".</summary>
    public static CnnTransformer FitOwn(this MLContext mlContext, IDataView data, Func<int, int, nn.Module<Tensor, Tensor>> network,
        Action<CnnTrainerOptions>? change = null)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1 };
        change?.Invoke(options);
        return mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.MulticlassClassification.Trainers.Cnn(network, options))
            .Fit(data).LastTransformer;
    }

    public static float[][] Scores(IDataView scored) => [.. scored.GetColumn<float[]>("Score")];

    public static uint[] PredictedKeys(IDataView scored) => [.. scored.GetColumn<uint>("PredictedLabel")];

    /// <summary>The same numbers to the last bit, a missing number included.</summary>
    public static void AssertSame(float[][] expected, float[][] actual, string message = "")
    {
        Assert.HasCount(expected.Length, actual, message);
        for (var i = 0; i < expected.Length; i++)
            CollectionAssert.AreEqual(expected[i], actual[i], $"{message} row {i}");
    }

    public static void AssertClose(float[][] expected, float[][] actual, float within, string message)
    {
        Assert.HasCount(expected.Length, actual, message);
        for (var i = 0; i < expected.Length; i++)
            for (var c = 0; c < expected[i].Length; c++)
                Assert.AreEqual(expected[i][c], actual[i][c], within, $"{message}: row {i}, class {c}");
    }

    /// <summary>A hash of every bit of a network's weights.</summary>
    public static string Weights(CnnTransformer model) => Weights(model.Scorer.Network);

    public static string Weights(nn.Module network)
    {
        using var stream = new MemoryStream();
        ModuleState.Save(network, stream);
        return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
    }

    public static byte[] Save(this MLContext mlContext, ITransformer model, DataViewSchema? schema = null)
    {
        using var stream = new MemoryStream();
        mlContext.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    public static ITransformer Load(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return new MLContext().Model.Load(stream, out _);
    }

    /// <summary>The messages that a context logs from now on, warnings and information alone.</summary>
    public static List<string> Listen(this MLContext mlContext)
    {
        var messages = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind is Microsoft.ML.Runtime.ChannelMessageKind.Warning or Microsoft.ML.Runtime.ChannelMessageKind.Info)
                lock (messages)
                    messages.Add($"{e.Kind}: {e.RawMessage}");
        };
        return messages;
    }

    /// <summary>Digits as rows of an enumerable, which ML.NET cannot shuffle.</summary>
    public static IDataView EnumerableDigits(this MLContext mlContext, int count, int seed = 1) =>
        mlContext.Data.LoadFromEnumerable(mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(count, seed), reuseRowObject: false).ToArray());
}

/// <summary>A drawn digit as a row object.</summary>
internal sealed class Digit
{
    [VectorType(28, 28, 1)]
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>What a prediction engine gives.</summary>
internal sealed class DigitScores
{
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];
}

using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>What imported networks compute, and what ONNX Runtime makes of their files.</summary>
internal static class ImportedScores
{
    /// <summary>The imported network with its weights, in evaluation mode.</summary>
    public static nn.Module<Tensor, Tensor> Network(Architecture architecture, int height, int width, int? classes = null)
    {
        var shape = new NetworkShape(architecture.Channels, height, width, classes ?? architecture.DefaultClasses);
        var network = RandomState.Build(seed: 1, () => architecture.Build(shape));
        WeightsLoader.LoadInto(network, architecture, architecture.Weights!.Tensors, replaceHead: architecture.Weights.IsBackbone);
        network.eval();
        return network;
    }

    /// <summary>What the imported network gives for images, N × channels × height × width.</summary>
    public static float[] Of(Architecture architecture, float[] images, int[] shape)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var network = Network(architecture, shape[2], shape[3]);
        return network.call(tensor(images).view([.. shape.Select(length => (long)length)])).data<float>().ToArray();
    }

    /// <summary>What ONNX Runtime gives for a file and numbers.</summary>
    public static float[] OfRuntime(string path, float[] images, int[] shape)
    {
        using var session = new InferenceSession(path);
        return Run(session, images, shape);
    }

    /// <summary>The same of each image alone: a file may be of a batch of one.</summary>
    public static float[] OfRuntimeOneByOne(string path, float[] images, int[] shape)
    {
        using var session = new InferenceSession(path);
        return [.. images.Chunk(images.Length / shape[0]).SelectMany(image => Run(session, image, [1, .. shape[1..]]))];
    }

    /// <summary>Images of a seed.</summary>
    public static float[] Draw(int[] shape, int seed = 5)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 4 - 2))];
    }

    /// <summary>The largest difference as a share of the largest number.</summary>
    public static double Difference(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        var scale = Math.Max(1e-3, expected.Max(Math.Abs));
        return expected.Zip(actual, (one, other) => Math.Abs((double)one - other) / scale).Max();
    }

    public static float[] Softmax(float[] logits, int classes)
    {
        using var scope = NewDisposeScope();
        return nn.functional.softmax(tensor(logits).view(-1, classes), 1).data<float>().ToArray();
    }

    private static float[] Run(InferenceSession session, float[] images, int[] shape)
    {
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor(session.InputNames[0], new DenseTensor<float>(images, shape))]);
        return [.. outputs[0].AsEnumerable<float>()];
    }
}

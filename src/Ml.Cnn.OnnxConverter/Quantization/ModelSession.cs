using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>A network in ONNX Runtime that takes one tensor of float32.</summary>
internal sealed class ModelSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _input;
    private readonly long[] _shape;

    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not take the model.</exception>
    public ModelSession(ModelProto model)
    {
        _session = new(model.ToByteArray());
        _input = _session.InputMetadata.Keys.Single();
        _shape = [.. _session.InputMetadata[_input].Dimensions.Select(length => (long)length)];
        Outputs = [.. _session.OutputMetadata.Keys];
    }

    /// <summary>The names of what it gives.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Computes images.</summary>
    /// <param name="pixels">N × C × H × W numbers.</param>
    /// <param name="images">N.</param>
    /// <param name="read">Takes every output by its position.</param>
    public void Run(float[] pixels, int images, Reader read)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels.AsMemory(0, images * PixelsPerImage), [images,
            .. _shape[1..]]);
        using var outputs = _session.Run(_options, [_input], [input], Outputs);
        for (var output = 0; output < outputs.Count; output++)
            read(output, outputs[output].GetTensorDataAsSpan<float>());
    }

    /// <summary>Computes images; takes the only output.</summary>
    public float[] Run(float[] pixels, int images)
    {
        float[] result = [];
        Run(pixels, images, (_, values) => result = values.ToArray());
        return result;
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }

    private int PixelsPerImage => (int)_shape[1..].Aggregate(1L, (product, length) => product * length);

    /// <summary>Takes an output.</summary>
    /// <param name="output">Its position among <see cref="Outputs"/>.</param>
    /// <param name="values">Its numbers; they are gone afterwards.</param>
    public delegate void Reader(int output, ReadOnlySpan<float> values);
}

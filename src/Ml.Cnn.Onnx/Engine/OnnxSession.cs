using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using Ml.Cnn.Onnx.Files;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Onnx.Engine;

/// <summary>A file in ONNX Runtime: normalized images in, a row of numbers for each out. Any number of threads may compute at once.</summary>
internal sealed class OnnxSession : IDisposable
{
    private const string Scores = "scores"; // the output's name where the file ends with a softmax

    private readonly InferenceSession _session;
    private readonly ExecutionDevice _device;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly Lock? _one; // held by the one who computes, where only one may

    private OnnxSession(InferenceSession session, OnnxContent content, ExecutionDevice device)
    {
        (_session, Content, _device) = (session, content, device);
        (_inputs, _outputs) = ([.. session.InputNames], [.. session.OutputNames]);
        _one = device.TakesOneThread ? new() : null;
        Metadata = OnnxMetadata.Of(content.Name, session.ModelMetadata.CustomMetadataMap);
    }

    /// <summary>The file.</summary>
    public OnnxContent Content { get; }

    /// <summary>What it says of itself.</summary>
    public OnnxMetadata Metadata { get; }

    /// <summary>Where it computes.</summary>
    public ExecutionDevice Device => _device;

    /// <summary>Whether it gives probabilities rather than logits.</summary>
    public bool GivesScores => _outputs[0] == Scores;

    /// <summary>The images that it takes in a batch; null for any number.</summary>
    public int? FixedBatch => _session.InputMetadata[_inputs[0]].Dimensions[0] is > 0 and var images ? images : null;

    /// <summary>Opens a file.</summary>
    /// <param name="environment">Takes warnings, and says which GPU.</param>
    /// <param name="content">The file.</param>
    /// <param name="options">How it is computed.</param>
    /// <exception cref="ArgumentException">The file says nothing of its classes.</exception>
    /// <exception cref="FormatException">ONNX Runtime does not take the file, or its metadata are damaged.</exception>
    /// <exception cref="InvalidOperationException">There is no ONNX Runtime, or none for the device.</exception>
    public static OnnxSession Open(IHostEnvironment environment, OnnxContent content, OnnxScoringOptions options)
    {
        CheckRuntime();
        using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        settings.IntraOpNumThreads = options.Threads ?? Environment.ProcessorCount;
        // Threads that wait spinning hold up those that decode the next images.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        var device = ExecutionDevice.Choose(environment, options.Device, settings);
        InferenceSession session;
        try
        {
            session = content.Bytes is { } bytes ? new(bytes, settings) : new(content.Path!, settings);
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"{content.Name} is no ONNX file that ONNX Runtime {OrtEnv.Instance().GetVersionString()} takes; it may be cut off: "
                + e.Message);
        }
        try
        {
            return new(session, content, device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that the file takes and gives what a network of this shape does.</summary>
    /// <exception cref="NotSupportedException">It takes something else, which another export would not.</exception>
    /// <exception cref="FormatException">It contradicts its metadata.</exception>
    public void Check(NetworkShape shape)
    {
        if (_inputs is not [var input] || _outputs is not [var output])
            throw new FormatException($"{Content.Name} takes {_inputs.Length} inputs and gives {_outputs.Length} outputs, where one each is wanted.");
        var (taken, given) = (_session.InputMetadata[input], _session.OutputMetadata[output]);
        if (taken.ElementType != typeof(float))
        {
            throw new NotSupportedException($"{Content.Name} takes '{input}', which is {Said(taken)}: here images are decoded and normalized before. Export "
                + "the network with normalized numbers as its input (OnnxInput.Tensor, the default; mlcnn export without --pixels and --images).");
        }
        if (taken.Dimensions is not [var batch, var channels, var height, var width] || (channels, height, width) != (shape.Channels, shape.Height, shape.Width)
            || given.ElementType != typeof(float) || given.Dimensions is not [_, var classes] || classes != shape.Classes)
        {
            throw new FormatException(FormattableString.Invariant($"{Content.Name} takes {Said(taken)} and gives {Said(given)}, ")
                + $"and its model.json says {shape}. Export the network again.");
        }
        if (batch > 1)
        {
            throw new NotSupportedException($"{Content.Name} takes {batch} images at once, no more and no less. Export the network again, for batches of any "
                + "size.");
        }
    }

    /// <summary>Computes images.</summary>
    /// <param name="pixels">N × channels × height × width, in memory that does not move.</param>
    /// <param name="shape">N, channels, height and width.</param>
    /// <param name="output">Takes a row for each.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime fails: it lacks memory, say.</exception>
    public void Run(Memory<float> pixels, long[] shape, Span<float> output)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, shape);
        _one?.Enter();
        try
        {
            using var results = _session.Run(_run, _inputs, [input], _outputs);
            results[0].GetTensorDataAsSpan<float>().CopyTo(output);
        }
        finally
        {
            _one?.Exit();
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static string Said(NodeMetadata value) => $"{value.ElementDataType.ToString().ToLowerInvariant()} "
        + string.Join(" × ", value.Dimensions.Select(length => length < 0 ? "N" : length.ToString(CultureInfo.InvariantCulture)));

    // The native library comes with a package that the program chooses.
    private static void CheckRuntime()
    {
        try
        {
            OrtEnv.Instance();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new InvalidOperationException("ONNX Runtime's native library is not there. Reference one of the packages Microsoft.ML.OnnxRuntime (CPU), "
                + $"Microsoft.ML.OnnxRuntime.Gpu (CUDA) and Microsoft.ML.OnnxRuntime.DirectML. {e.GetBaseException().Message}", e);
        }
    }
}

using System.Numerics;
using Ml.Cnn.Onnx.Files;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Onnx.Engine;

/// <summary>A network that ONNX Runtime computes from a file.</summary>
internal sealed class OnnxEngine : NetworkEngine
{
    private const int LargestBatch = 64;
    private const int BatchNumbers = 1 << 20; // of all images in a batch on the CPU: larger batches gain nothing, and take memory in every layer
    private const int SmallImage = 64 * 64; // numbers of an image

    private readonly OnnxSession _session;
    private readonly NetworkShape _shape;
    private readonly int _threads;
    private readonly double _temperature; // of the file's own softmax
    private int _hasComputed;
    private int _hasWarned;

    private OnnxEngine(OnnxSession session, NetworkShape shape, OnnxScoringOptions options)
    {
        (_session, _shape) = (session, shape);
        _temperature = session.GivesScores ? session.Metadata.Model.Calibration?.Temperature ?? 1 : 1;
        _threads = session.Device.IsGpu || IsSmall ? 1 : Math.Min(options.Threads ?? int.MaxValue, Environment.ProcessorCount);
        Batch = session.FixedBatch ?? options.BatchSize ?? (session.Device.IsGpu ? LargestBatch : Fitting(shape));
    }

    /// <summary>An engine for a network.</summary>
    /// <param name="session">Its file; disposed with the engine.</param>
    /// <param name="model">All that is known of it.</param>
    /// <param name="options">How it is computed.</param>
    /// <exception cref="NotSupportedException">The file takes something else than normalized images, or the model looks at whole images.</exception>
    /// <exception cref="FormatException">The file contradicts its metadata.</exception>
    public static OnnxEngine Of(OnnxSession session, CnnModel model, OnnxScoringOptions options)
    {
        session.Check(model.Shape);
        if (model.Preprocessing.TestTime.Crops == EvaluationCrops.Dense)
        {
            throw new NotSupportedException($"{session.Content.Name} is of a model that looks at whole images (dense evaluation), and an ONNX file takes "
                + "images of one size. Export it after WithTestTimeAugmentation, without EvaluationCrops.Dense.");
        }
        return new(session, model.Shape, options);
    }

    /// <summary>The file.</summary>
    public OnnxContent Content => _session.Content;

    public override string Device => _session.Device.ToString();

    public override int Batch { get; }

    // ONNX Runtime has prepared itself before the first image, but for what a GPU chooses by the size of a batch.
    public override (IReadOnlyList<int> Batches, int Passes) WarmUp => (_session.Device.IsGpu ? [1, Batch] : [1], 1);

    public override bool ChannelsLast => false;

    public override IReadOnlyList<CnnScoringCopy> Copies => Volatile.Read(ref _hasComputed) == 0 ? []
        : [new() { Method = CnnScoringMethod.OnnxRuntime, Precision = Precision.Auto, Images = 0, WeightBytes = Content.Length }];

    // The file does not say how much there is to compute, but small images are seldom worth a second core.
    public override int CoresFor(int images) => _threads;

    public override MemoryBatch NewBatch(int capacity, NetworkShape shape) => new(capacity, shape);

    public override void Run(CopyRequest request, PixelBatch images, Span<float> output, Action<string> warn)
    {
        if (request.Output != CopyOutput.Probabilities || request.Layer is not null || request.IsDense)
            throw new NotSupportedException("An ONNX file gives the network's scores alone.");
        if (request.Options.Precision is Precision.BFloat16 or Precision.Float16 && Interlocked.Exchange(ref _hasWarned, 1) == 0)
            warn($"{Content.Name} is computed in the types that it says itself: a precision of scoring changes nothing.");
        if (images.Count == 0)
            return;
        _session.Run(((MemoryBatch)images).Pixels, [images.Count, _shape.Channels, _shape.Height, _shape.Width], output);
        for (var row = 0; row < output.Length; row += _shape.Classes)
            ToProbabilities(output.Slice(row, _shape.Classes));
        Volatile.Write(ref _hasComputed, 1);
    }

    public override void CheckDense() => throw new NotSupportedException("an ONNX file takes images of one size, and dense evaluation whole ones");

    public override string? FindNonFiniteLayer(PixelBatch? images) => null; // it shows its output alone

    public override void Dispose() => _session.Dispose();

    private bool IsSmall => Numbers(_shape) <= SmallImage;

    private static int Numbers(NetworkShape shape) => shape.Channels * shape.Height * shape.Width;

    // A power of two: 64 digits, 4 images of 224 × 224.
    private static int Fitting(NetworkShape shape) => 1 << BitOperations.Log2((uint)Math.Clamp(BatchNumbers / Numbers(shape), 1, LargestBatch));

    // The network's own, before any temperature, which whoever asked applies where the model has one.
    private void ToProbabilities(Span<float> row)
    {
        if (!_session.GivesScores)
            ScoreMean.ToProbabilities(row);
        else if (_temperature != 1)
            TemperatureScaling.Apply(row, 1 / _temperature);
    }
}

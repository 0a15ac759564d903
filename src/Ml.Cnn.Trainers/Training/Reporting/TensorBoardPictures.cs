using Google.Protobuf;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Transforms.Decoding;
using Tensorboard;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>
/// What TensorBoard shows besides curves, in the run "pictures": the first batch, and by epoch histograms of the weights, the first filters and the confusion
/// matrix. A run of its own, since TensorBoard reads a run's files one after the other.
/// </summary>
/// <param name="folder">Of all runs.</param>
/// <param name="withWeights">Whether histograms and filters are wanted.</param>
/// <param name="images">What the images are.</param>
internal sealed class TensorBoardPictures(string folder, bool withWeights, ObservedImages images) : ITrainingObserver
{
    private const int Bins = 64;

    private EventFile _file = null!; // from Begin on
    private bool _isBeginning;

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        _isBeginning = steps == 0;
        _file = new(Path.Join(folder, "pictures"), history.Count + 1);
    }

    public void FirstBatch(Tensor pixels, Tensor labels)
    {
        if (!_isBeginning)
            return;
        var summary = new Summary();
        foreach (var (name, image) in BatchLog.Named(pixels, labels, images))
            summary.Value.Add(Picture("batch/" + name, image));
        _file.Write(0, summary);
        _file.Flush();
    }

    public void Step(CnnStep step, PassTotals totals) { }

    public void Details(EpochDetails details)
    {
        var summary = new Summary();
        if (details.Confusion is { } counts)
            summary.Value.Add(Picture("confusion", ConfusionPicture.Draw(counts)));
        if (withWeights)
            AddWeights(details.Network, summary);
        if (summary.Value.Count == 0)
            return;
        _file.Write(details.Epoch, summary);
        _file.Flush();
    }

    public void Epoch(CnnEpoch epoch) { }

    public void Dispose() => _file?.Dispose();

    private static void AddWeights(Module network, Summary summary)
    {
        using var noGradient = no_grad();
        foreach (var (name, parameter) in network.named_parameters())
            summary.Value.Add(new Summary.Types.Value { Tag = "weights/" + name, Histo = Histogram(parameter) });
        if (network.named_parameters().FirstOrDefault(one => one.parameter.dim() == 4) is { parameter: { } filters } first)
            summary.Value.Add(Picture("filters/" + first.name, FilterPicture.Draw(filters)));
    }

    private static HistogramProto Histogram(Tensor weights)
    {
        using var scope = NewDisposeScope();
        var values = weights.detach().flatten().to(float32);
        var (least, most) = (values.min().Number(), values.max().Number());
        var numbers = values.to(float64);
        var histogram = new HistogramProto
        {
            Min = least,
            Max = most,
            Num = values.numel(),
            Sum = numbers.sum().Number(),
            SumSquares = numbers.Squared().sum().Number(),
        };
        if (least == most)
        {
            histogram.BucketLimit.Add(most);
            histogram.Bucket.Add(values.numel());
            return histogram;
        }
        var counts = values.cpu().Minus(least).Times(Bins / (most - least)).Between(0, Bins).histc(Bins, 0, Bins).data<float>().ToArray();
        for (var i = 0; i < Bins; i++)
        {
            histogram.BucketLimit.Add(i == Bins - 1 ? most : least + (most - least) * (i + 1) / Bins);
            histogram.Bucket.Add(counts[i]);
        }
        return histogram;
    }

    private static Summary.Types.Value Picture(string tag, PixelImage image) => new()
    {
        Tag = tag,
        Image = new Summary.Types.Image
        {
            Width = image.Width,
            Height = image.Height,
            Colorspace = image.Channels,
            EncodedImageString = ByteString.CopyFrom(PngEncoder.Encode(image)),
        },
    };
}

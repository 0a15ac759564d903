using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Parallel;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using ColumnList = TorchSharp.Modules.ModuleList<Ml.Cnn.Trainers.Layers.Sequential>;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// AlexNet in the two columns of its paper (§3.5 and figure 2), one for each GPU: they exchange what they have found behind the second convolution and in the
/// linear layers, and nowhere else. Each normalizes across the maps of its own, which the other has no part in.
/// </summary>
internal sealed class AlexNetColumns : Module<Tensor, Tensor>, IModelParallel
{
    private const int Count = 2;

    private readonly ColumnList lower, upper, hidden1, hidden2;
    private readonly Concatenate join;
    private readonly Layer avgpool, flatten, dropout1, dropout2;
    private readonly Linear classifier;
    private readonly Columns[] _columns;

    public AlexNetColumns(NetworkShape shape, double dropout) : base(nameof(AlexNet))
    {
        lower = Twice(() => new Sequential(
            new Conv2d(shape.Channels, 48, kernel: 11, stride: 4, padding: 2),      // N × 48 × 55 × 55
            new ReLU(inPlace: true),
            new LocalResponseNorm(),
            new MaxPool2d(kernel: 3, stride: 2),                                    // N × 48 × 27 × 27
            new Conv2d(48, 128, kernel: 5, padding: 2),                             // N × 128 × 27 × 27
            new ReLU(inPlace: true),
            new LocalResponseNorm(),
            new MaxPool2d(kernel: 3, stride: 2)));                                  // N × 128 × 13 × 13
        upper = Twice(() => new Sequential(
            new Conv2d(256, 192, kernel: 3, padding: 1),                            // N × 192 × 13 × 13, of both columns
            new ReLU(inPlace: true),
            new Conv2d(192, 192, kernel: 3, padding: 1),                            // N × 192 × 13 × 13
            new ReLU(inPlace: true),
            new Conv2d(192, 128, kernel: 3, padding: 1),                            // N × 128 × 13 × 13
            new ReLU(inPlace: true),
            new MaxPool2d(kernel: 3, stride: 2)));                                  // N × 128 × 6 × 6
        hidden1 = Twice(() => new Sequential(new Linear(256 * 6 * 6, 2048), new ReLU(inPlace: true))); // N × 2048, of both columns
        hidden2 = Twice(() => new Sequential(new Linear(4096, 2048), new ReLU(inPlace: true))); // N × 2048, of both columns
        join = new Concatenate();
        avgpool = new AdaptiveAvgPool2d(6);                                         // N × 256 × 6 × 6 for images of any size
        flatten = new Flatten();                                                    // N × 9216
        dropout1 = new Dropout(dropout);
        dropout2 = new Dropout(dropout);
        classifier = new Linear(4096, shape.Classes);                               // N × classes
        RegisterComponents();
        DrawWeights();
        _columns = [.. ((ColumnList[])[lower, upper, hidden1, hidden2]).Select(columns => new Columns(columns, join))];
    }

    public override Tensor forward(Tensor images)
    {
        using var features = _columns[0].Call(images);
        using var found = _columns[1].Call(features);
        using var flat = avgpool.call(found).Apply(flatten).Apply(dropout1);
        using var first = _columns[2].Call(flat);
        using var thinned = dropout2.call(first);
        return _columns[3].Call(thinned).Apply(classifier);
    }

    /// <inheritdoc/>
    public IDisposable? Spread(Device device, int threads)
    {
        if (device.type == DeviceType.CUDA && cuda.device_count() >= Count)
        {
            Device[] devices = [device, new(DeviceType.CUDA, (device.index + 1) % cuda.device_count())];
            foreach (var columns in _columns)
                columns.Place(devices);
            return null;
        }
        if (device.type != DeviceType.CPU || threads < Count)
            return null;
        var teams = new ThreadTeams(Count, threads / Count);
        Use(teams);
        return new Spreading(() =>
        {
            Use(null);
            teams.Dispose();
        });
    }

    private void Use(ThreadTeams? teams)
    {
        foreach (var columns in _columns)
            columns.Teams = teams;
    }

    private static ColumnList Twice(Func<Sequential> column) => new([.. Enumerable.Range(0, Count).Select(_ => column())]);

    // §5, as in AlexNet.
    private void DrawWeights()
    {
        Initialization.ConvolutionsNormal(this, 0.01);
        Initialization.LinearNormal(this, 0.01);
        using var noGradient = no_grad();
        foreach (var column in Enumerable.Range(0, Count))
        {
            Tensor?[] ones =
            [
                ((Conv2d)lower[column][4]).Bias, ((Conv2d)upper[column][2]).Bias, ((Conv2d)upper[column][4]).Bias,
                ((Linear)hidden1[column][0]).Bias, ((Linear)hidden2[column][0]).Bias,
            ];
            foreach (var bias in ones)
                init.ones_(bias!);
        }
    }

    private sealed class Spreading(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

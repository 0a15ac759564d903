using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Sources;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>Makes a loop around the network that a function builds.</summary>
internal delegate IHandWrittenLoop LoopWriter(Func<Module<Tensor, Tensor>> build);

/// <summary>The data of loops written by hand, as the Python half has it: one batch again and again, or MNIST as one tensor.</summary>
internal static class LoopBenchmarks
{
    private const int Classes = 10;

    /// <param name="write">Makes the loop around a network.</param>
    /// <param name="arch">The network's name.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="batch">Images per step.</param>
    /// <param name="steps">Steps per epoch.</param>
    /// <param name="epochs">Epochs that are timed.</param>
    public static EpochClock InMemory(LoopWriter write, string arch, int size, int batch, int steps, int epochs)
    {
        using var loop = write(() => ArchitectureCatalog.Find(arch).Build(new(3, size, size, Classes)));
        using var images = loop.Arrange(randn(batch, 3, size, size));
        using var labels = randint(Classes, batch);
        return Run(epochs, steps * batch, () => Enumerable.Range(0, steps).Average(_ => loop.Step(images, labels)));
    }

    /// <param name="write">Makes the loop around a network.</param>
    /// <param name="folder">Of MNIST's files.</param>
    /// <param name="batch">Images per step.</param>
    /// <param name="epochs">Epochs that are timed.</param>
    public static EpochClock Mnist(LoopWriter write, string folder, int batch, int epochs)
    {
        var (imagesPath, labelsPath) = IdxFile.Find(folder, DataSplit.Train);
        var file = IdxFile.Read(imagesPath, dimensions: 3);
        using var loop = write(() => LeNet.Create(pooling: LeNetPooling.Average).Build(new(1, file.Sizes[1], file.Sizes[2], Classes)));
        using var images = loop.Arrange(Normalized(file));                                                  // count × 1 × 28 × 28
        using var labels = tensor(IdxFile.Read(labelsPath, dimensions: 1).Values).to(ScalarType.Int64);     // count
        return Run(epochs, file.Sizes[0], () =>
        {
            var losses = new List<double>();
            using var order = randperm(file.Sizes[0]);
            for (var first = 0; first < file.Sizes[0]; first += batch)
            {
                using var scope = NewDisposeScope();
                var rows = order.slice(0, first, Math.Min(first + batch, file.Sizes[0]), 1);
                losses.Add(loop.Step(images.index_select(0, rows), labels.index_select(0, rows)));
            }
            return losses.Average();
        });
    }

    private static EpochClock Run(int epochs, int images, Func<double> train)
    {
        var clock = new EpochClock();
        for (var epoch = 0; epoch <= epochs; epoch++)
            clock.EndEpoch(images, train());
        return clock;
    }

    private static Tensor Normalized(IdxFile file)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(file.Values).reshape(file.Sizes[0], 1, file.Sizes[1], file.Sizes[2]);
        return ((bytes.to(ScalarType.Float32) / 255 - 0.1307f) / 0.3081f).MoveToOuterDisposeScope();
    }
}

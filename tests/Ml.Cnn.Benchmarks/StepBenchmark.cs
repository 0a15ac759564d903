using System.Diagnostics;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>Where the time of one training step goes, on one batch in memory.</summary>
internal static class StepBenchmark
{
    public static void Run(string arch, int size, int batch, int steps)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        if (Environment.GetEnvironmentVariable("X_THREADS") is { } n) set_num_threads(int.Parse(n, System.Globalization.CultureInfo.InvariantCulture));
        var shape = new NetworkShape(3, size, size, 10);
        var network = ArchitectureCatalog.Find(arch).Build(shape);
        var plan = ExecutionPlan.ForTraining(CPU, NetworkCost.Of(network, shape), Precision.Auto)[0];
        network = plan.Prepare(network);
        network.train();
        if (Environment.GetEnvironmentVariable("X_CONTIG") == "1")
            using (no_grad())
                foreach (var p in network.parameters())
                    if (p.dim() == 4) p.set_(p.detach().contiguous());
        var optimizer = optim.SGD(network.parameters(), 0.01, momentum: 0.9, weight_decay: 1e-4);
        var images = rand(batch, size, size, 3).permute(0, 3, 1, 2);
        var labels = randint(0, 10, batch);
        var times = new List<double[]>();
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var clock = Stopwatch.StartNew();
            var laps = new List<double>();
            void Lap() { laps.Add(clock.Elapsed.TotalMilliseconds); clock.Restart(); }
            if (Environment.GetEnvironmentVariable("X_NONE") == "1") network.zero_grad(); else optimizer.zero_grad();
            Lap();
            var logits = network.forward(images); Lap();
            var loss = functional.cross_entropy(logits, labels); Lap();
            loss.backward(); Lap();
            optimizer.step(); Lap();
            times.Add([.. laps]);
        }
        string[] names = ["zero_grad", "forward", "loss", "backward", "step"];
        for (var i = 0; i < names.Length; i++)
            Console.Write($"{names[i]} {times.Skip(5).Select(t => t[i]).Order().ElementAt((steps - 5) / 2):0.00} ms  ");
        Console.WriteLine($"sum {times.Skip(5).Select(t => t.Sum()).Order().ElementAt((steps - 5) / 2):0.00}");
    }
}

using System.Diagnostics;
using System.Globalization;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;

namespace DistributionWorker;

/// <summary>The time that gradients of so many bytes take, in buckets, as a training sums them.</summary>
internal static class SumBenchmark
{
    public static int Run(string bytes, string times)
    {
        var group = Processes.Join(Launch.Find(Environment.GetEnvironmentVariable) ?? throw new InvalidOperationException("Started alone."));
        var (count, rounds) = (long.Parse(bytes, CultureInfo.InvariantCulture) / sizeof(float), int.Parse(times, CultureInfo.InvariantCulture));
        var warmUp = rounds / 2; // in which .NET compiles
        const long Largest = 2_359_296; // numbers of ResNet-18's largest weight
        Tensor[] gradients = [.. Enumerable.Range(0, (int)((count + Largest - 1) / Largest)).Select(i => ones(Math.Min(Largest, count - i * Largest)))];
        using var weight = tensor(1f);
        foreach (var inBFloat16 in (bool[])[false, true])
        {
            using var reduction = new BucketedReduction(group, inBFloat16);
            for (var i = 0; i < warmUp; i++)
                Reduce();
            var each = new List<double>();
            for (var i = 0; i < rounds; i++)
            {
                group.Gather(0.0);
                var time = Stopwatch.GetTimestamp();
                Reduce();
                each.Add(Stopwatch.GetElapsedTime(time).TotalMilliseconds);
            }
            each.Sort();
            if (group.Rank == 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{(inBFloat16 ? "bfloat16" : "float32")}: median {each[rounds / 2]:0.0} ms, least {each[0]:0.0} ms"));

            void Reduce()
            {
                reduction.Begin([.. gradients.Select(gradient => gradient.alias())]);
                reduction.End(weight, unit: group.World);
            }
        }
        return 0;
    }
}

using System.Globalization;
using Ml.Cnn.Experiments;

namespace CompareClassics;

/// <summary>A line for every network that has been trained.</summary>
internal sealed class Told : IProgress<CnnRunDetail>
{
    public void Report(CnnRunDetail value) => Console.WriteLine(value.ValidationMetrics is { } metrics
        ? string.Create(CultureInfo.InvariantCulture, $"{value.TrainerName}: {metrics.Accuracy:P1} after {value.TrainSeconds:0} s of training")
        : $"{value.TrainerName}: {value.Reason}");
}

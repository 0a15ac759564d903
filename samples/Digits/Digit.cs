using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace Digits;

/// <summary>A row of the data.</summary>
internal sealed class Digit
{
    /// <summary>Gray values from 0 (black) to 255, row by row.</summary>
    [VectorType(28, 28, 1)]
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>What the model makes of it.</summary>
internal sealed class Reading
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>The probability of each class.</summary>
    public float[] Score { get; set; } = [];
}

/// <summary>Calls a method at once, where <see cref="Progress{T}"/> would call it later and on another thread.</summary>
internal sealed class EachStep(Action<CnnProgress> action) : IProgress<CnnProgress>
{
    public void Report(CnnProgress value) => action(value);
}

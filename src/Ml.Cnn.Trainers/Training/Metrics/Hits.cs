using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Metrics;

/// <summary>How many images' class is among a network's highest outputs; the counts stay on the device.</summary>
internal static class Hits
{
    private const int Five = 5;

    /// <summary>Images whose class has the highest output, a scalar.</summary>
    /// <param name="logits">N × classes.</param>
    /// <param name="labels">N class numbers.</param>
    public static Tensor Top1(Tensor logits, Tensor labels) => logits.argmax(1).eq(labels).sum();

    /// <summary>Images whose class is among the five highest outputs, a scalar; null with five classes or fewer, where it is all of them.</summary>
    /// <param name="logits">N × classes.</param>
    /// <param name="labels">N class numbers.</param>
    public static Tensor? Top5(Tensor logits, Tensor labels) =>
        logits.size(1) <= Five ? null : logits.topk(Five, 1, sorted: false).indexes.eq(labels.unsqueeze(1)).sum();
}

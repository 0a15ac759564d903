using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>The part of a step that unlabeled images have: the network says what it is sure of, and learns it of the same images changed much.</summary>
/// <param name="subject">The network.</param>
/// <param name="images">The images.</param>
internal sealed class UnlabeledStep(TrainingSubject subject, UnlabeledImages images)
{
    /// <summary>Unlabeled images of a step, and the classes that the network gives them.</summary>
    /// <param name="Images">Changed much, N × C × H × W.</param>
    /// <param name="Classes">N class numbers.</param>
    /// <param name="IsSure">N numbers: 1 where the class counts, else 0.</param>
    public sealed record Guessed(Tensor Images, Tensor Classes, Tensor IsSure);

    /// <summary>Takes the step's images, and asks the network for their classes: in evaluation mode, in which nothing is drawn.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="size">Brings images to the step's size.</param>
    public Guessed Guess(int epoch, Func<Tensor, Tensor> size)
    {
        var (weak, strong) = images.Next(epoch, subject.Device);
        using var noGradient = no_grad();
        subject.Network.eval();
        try
        {
            var (classes, isSure) = images.Guess(subject.Network.forward(size(weak)).to(float32));
            return new(size(strong), classes, isSure);
        }
        finally
        {
            subject.Prepare(epoch); // layers of frozen stages stay in evaluation mode
        }
    }

    /// <summary>The loss of the images, times its weight: a scalar.</summary>
    /// <param name="logits">Of the images that were changed much, N × classes.</param>
    /// <param name="guess">What the network said of them.</param>
    public Tensor Loss(Tensor logits, Guessed guess) => images.Loss(logits, (guess.Classes, guess.IsSure));
}

using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Normalization;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>One step of training: forward, loss, backward, and a move of the optimizer.</summary>
/// <param name="network">On <paramref name="device"/> already; trained in place.</param>
/// <param name="shape">Its input and classes.</param>
/// <param name="loss">What to minimize.</param>
/// <param name="scales">Brings batches to other sizes; null: none.</param>
/// <param name="mixing">Mixes images of an epoch's batches; null: none.</param>
/// <param name="update">Moves the network's parameters.</param>
/// <param name="device">Where the step runs.</param>
/// <param name="teacher">Whose outputs are learned along with the labels; null: nobody's.</param>
/// <param name="unlabeled">Images that are learned along with those that have labels; null: none.</param>
/// <param name="statistics">The processes whose images batch normalization normalizes by; null: each batch's own.</param>
internal sealed class TrainingStep(
    Module<Tensor, Tensor> network, NetworkShape shape, TrainingLoss loss, ScaledBatches? scales, Func<int, BatchMixing?>? mixing, GradientUpdate update,
    Device device, Teacher? teacher = null, UnlabeledStep? unlabeled = null, SynchronizedStatistics? statistics = null)
{
    private bool _isChecked;

    /// <summary>Is shown the next step's images as they go into the network (N × C × H × W), and their classes; then forgotten. Null: nobody.</summary>
    public Action<Tensor, Tensor>? ShowNext { get; set; }

    /// <summary>The step that a run's settings ask for.</summary>
    public static TrainingStep Create(TrainingSubject subject, TrainingSettings settings, GradientUpdate update, SynchronizedStatistics? statistics = null) =>
        new(subject.Network, subject.Shape, subject.Loss,
        settings.Sampling.MultiScale is { } scales ? new ScaledBatches(scales, settings.FixedSeed) : null,
        epoch => settings.AugmentationOf(epoch)?.Batch is { } recipe ? new BatchMixing(recipe, settings.FixedSeed) : null, update, subject.Device,
        subject.Teacher, subject.Unlabeled is { } unlabeled ? new UnlabeledStep(subject, unlabeled) : null, statistics);

    /// <summary>Takes a step. A loss that is not a number moves nothing, where that is known before the step is over.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="step">Steps before this one.</param>
    /// <param name="learningRate">Above 0.</param>
    public StepResult Take(ImageBatch batch, int epoch, long step, double learningRate)
    {
        using var scope = NewDisposeScope(); // without it, tensors wait for the garbage collector
        var images = batch.Pixels.BringTo(device); // N × C × H × W
        var (labels, weights) = (batch.Labels.BringTo(device), batch.Weights.BringTo(device)); // N
        images = scales?.Resize(images, step) ?? images;
        var mixed = mixing?.Invoke(epoch)?.Mix(images, labels, weights, epoch, step);

        ShowNext?.Invoke(mixed?.Images ?? images, labels);
        ShowNext = null;
        update.Begin();
        var guess = unlabeled?.Guess(epoch, image => scales?.Resize(image, step) ?? image);
        var (logits, auxiliary, others) = Forward(mixed?.Images ?? images, guess?.Images); // N × classes
        CheckOutput(logits, batch.Count);
        var sum = Total(logits, auxiliary, others);
        // On a GPU a look at the loss would wait for the device.
        if (device.type != DeviceType.CPU || update.IsReduced || double.IsFinite(sum.Number()))
            update.Add(sum, () => loss.Weight(labels, weights), learningRate, Again);
        using var noGradient = no_grad();
        return new(step + 1, learningRate, new BatchMeasures(batch.Count, new(logits, labels, sum)).MoveToOuterDisposeScope());

        Tensor Mean(Tensor each) => mixed is null ? loss.Mean(each, labels, weights) : mixed.Mean(loss, each);

        Tensor Again()
        {
            var (output, heads, unlabeledOutput) = Forward(mixed?.Images ?? images, guess?.Images);
            return Total(output, heads, unlabeledOutput);
        }

        Tensor Total(Tensor output, IReadOnlyList<AuxiliaryLogits> heads, Tensor? unlabeledOutput)
        {
            var sum = heads.Aggregate(Loss(output), (sum, head) => sum.Plus(Loss(head.Logits).Times(head.Weight)));
            if (teacher is not null)
                sum = teacher.Join(sum, Mean(teacher.LossOfEach(output, mixed?.Images ?? images)));
            return unlabeledOutput is null ? sum : sum.Plus(unlabeled!.Loss(unlabeledOutput, guess!));
        }

        Tensor Loss(Tensor output) => mixed is null ? loss.Of(output, labels, weights) : mixed.Loss(loss, output);
    }

    /// <summary>Takes a step of the other processes, who still have images in an epoch.</summary>
    /// <param name="step">Steps before this one.</param>
    /// <param name="learningRate">Above 0.</param>
    public StepResult TakeWithoutImages(long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        update.Begin();
        if (statistics is null)
            update.AddNothing(loss: null, learningRate);
        else
        {
            var (labels, weights) = (zeros([1], int64, device), ones([1], float32, device));
            var (logits, auxiliary) = Forward(zeros([1, shape.Channels, shape.Height, shape.Width], float32, device), hasImages: false);
            update.AddNothing(auxiliary.Aggregate(loss.Of(logits, labels, weights), (sum, head) => sum.Plus(loss.Of(head.Logits, labels, weights))), learningRate);
        }
        return new(step + 1, learningRate, Measures: null);
    }

    /// <summary>After an epoch's last batch: nothing of it waits for the next epoch.</summary>
    public void EndEpoch(double learningRate) => update.Complete(learningRate);

    // Labeled and unlabeled images go through the network together, and batch normalization sees both (Sohn et al. 2020, their program).
    private (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary, Tensor? Unlabeled) Forward(Tensor images, Tensor? unlabeledImages)
    {
        var labeled = images.size(0);
        var (logits, auxiliary) = Forward(unlabeledImages is null ? images : cat([images, unlabeledImages], 0));
        if (unlabeledImages is null)
            return (logits, auxiliary, null);
        return (logits.narrow(0, 0, labeled), [.. auxiliary.Select(head => head with { Logits = head.Logits.narrow(0, 0, labeled) })],
            logits.narrow(0, labeled, unlabeledImages.size(0)));
    }

    // The loss is computed in float32, whatever the layers before it compute in.
    private (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) Forward(Tensor images, bool hasImages = true)
    {
        statistics?.Turn(on: true, hasImages);
        try
        {
            if (network is not IAuxiliaryHeads heads)
                return (network.forward(images).to(float32), []);
            var (logits, auxiliary) = heads.ForwardWithAuxiliary(images);
            return (logits.to(float32), [.. auxiliary.Select(head => head with { Logits = head.Logits.to(float32) })]);
        }
        finally
        {
            statistics?.Turn(on: false);
        }
    }

    private void CheckOutput(Tensor logits, int images)
    {
        if (!_isChecked && (logits.dim() != 2 || logits.size(0) != images || logits.size(1) != shape.Classes))
            throw new InvalidOperationException($"The network returned a tensor of {string.Join("×", logits.shape)} for {images} images; "
                + $"it must be {images}×{shape.Classes}: one value per image and class, before softmax.");
        _isChecked = true;
    }
}

/// <summary>What a step came to; its tensors are on the device still.</summary>
/// <param name="Step">Its number, from 1 over all epochs.</param>
/// <param name="LearningRate">The step's.</param>
/// <param name="Measures">What the metrics measured on its batch; null without an image.</param>
internal sealed record StepResult(long Step, double LearningRate, BatchMeasures? Measures) : IDisposable
{
    /// <summary>What they come to over the batches of all processes; null where there is one.</summary>
    public MetricSums? Sums { get; init; }

    public void Dispose() => Measures?.Dispose();
}

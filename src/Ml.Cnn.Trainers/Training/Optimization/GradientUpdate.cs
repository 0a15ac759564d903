using System.Runtime.ExceptionServices;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// From a batch's loss to moved weights: the loss is scaled where its arithmetic asks for it, gradients are summed over as many batches as are asked for,
/// divided by what the batches weigh together, brought together with those of other processes, clipped, centralized, handed to the optimizer, and the moved
/// weights averaged. So accumulated batches are one large batch, and so are the batches of several processes.
/// </summary>
/// <param name="optimizer">Moves the parameters.</param>
/// <param name="clipping">Null: none.</param>
/// <param name="accumulation">Batches per move, 1 or more.</param>
/// <param name="batchWeight">About what a batch weighs: gradients are summed in this unit, so that they stay as large as one batch's.</param>
/// <param name="average">Null: none.</param>
/// <param name="scaling">Of the loss, for float16; null: none.</param>
/// <param name="reduction">Over other processes; null: none.</param>
/// <param name="isCentralized">Whether gradients are centralized.</param>
/// <param name="ascent">Where each batch's gradient is taken elsewhere than at the weights; not with accumulation. Null: at the weights.</param>
/// <param name="slow">Follow the optimizer, and lead it; null: none.</param>
/// <param name="stages">Tells which gradients can travel while backward goes on; null: all travel when it is over.</param>
/// <remarks>What is around the optimizer is disposed with the update.</remarks>
internal sealed class GradientUpdate(ParameterOptimizer optimizer, GradientClipping? clipping, int accumulation, double batchWeight, WeightAverage? average,
    LossScaling? scaling, IGradientReduction? reduction = null, bool isCentralized = false, SharpnessAscent? ascent = null, SlowWeights? slow = null,
    BackwardStages? stages = null) : IDisposable, ICheckpointed
{
    // The losses of several processes are parts of one sum from the start: batch normalization may have made one batch of their images, and to divide
    // gradients after they are summed would be another pass over the memory.
    private readonly double _unit = reduction is null ? batchWeight : batchWeight * accumulation * reduction.Processes;

    private readonly Lazy<Dictionary<Parameter, ParameterState>> _states = new(() => optimizer.States.ToDictionary(state => state.Parameter));

    private Tensor? _weight; // of the batches whose gradients are summed, a scalar
    private int _batches;
    private int _begun; // groups whose gradients travel
    private ExceptionDispatchInfo? _failure; // of a beginning: nothing may be thrown through libtorch

    /// <summary>The update that a run's settings ask for.</summary>
    public static GradientUpdate Create(ParameterOptimizer optimizer, OptimizationSettings settings, WeightAverage? average, LossScaling? scaling,
        IGradientReduction? reduction, SharpnessAscent? ascent = null, SlowWeights? slow = null, BackwardStages? stages = null) => new(optimizer,
        settings is { GradientClippingNorm: null, GradientClippingValue: null } ? null : new(settings.GradientClippingNorm, settings.GradientClippingValue),
        settings.GradientAccumulation, settings.BatchSize, average, scaling, reduction, settings.GradientCentralization, ascent, slow, stages);

    /// <summary>Whether no batch waits for others to be moved by.</summary>
    public bool IsComplete => _batches == 0;

    /// <summary>Whether other processes wait for this one's gradients: it must not leave a batch out.</summary>
    public bool IsReduced => reduction is not null;

    /// <summary>Before a batch's forward pass.</summary>
    public void Begin()
    {
        if (_batches == 0)
            optimizer.ZeroGradients();
        ascent?.Begin();
        // The second of two passes alone has the gradient, and the last of several batches.
        stages?.Passed = ascent is null && _batches == accumulation - 1 ? BeginUpTo : null;
    }

    /// <summary>Takes in a batch, and moves the weights if it is the last one of its group.</summary>
    /// <param name="loss">The batch's mean loss.</param>
    /// <param name="weight">What its images weigh together; asked for where batches are accumulated or processes joined.</param>
    /// <param name="learningRate">Of the move.</param>
    /// <param name="again">The batch's mean loss once more, with the weights as they are then.</param>
    public void Add(Tensor loss, Func<Tensor> weight, double learningRate, Func<Tensor>? again = null)
    {
        loss = Scaled(loss);
        if (MovesAtOnce)
        {
            loss.backward();
            ascent?.TakeGradient([.. optimizer.States], () => Scaled(again!()).backward());
            Move(learningRate);
            return;
        }
        var share = weight().Over(_unit);
        (loss * share).backward();
        ascent?.TakeGradient([.. optimizer.States], () => (Scaled(again!()) * share).backward());
        Wait(share, learningRate);
    }

    /// <summary>Takes part in the other processes' batches without an image of its own.</summary>
    /// <param name="loss">Of a pass in which no image counts, where the others' passes need one; null: none.</param>
    /// <param name="learningRate">Of the move.</param>
    public void AddNothing(Tensor? loss, double learningRate)
    {
        loss?.Times(0).backward();
        using var noGradient = no_grad();
        foreach (var state in optimizer.States.Where(state => state.Parameter.requires_grad && state.Gradient.Gradient is null))
            state.Parameter.grad = zeros_like(state.Parameter).DetachFromDisposeScope();
        Wait(zeros([], device: optimizer.States.First().Parameter.device), learningRate);
    }

    private bool MovesAtOnce => accumulation == 1 && !IsReduced;

    private void Wait(Tensor share, double learningRate)
    {
        using (no_grad())
        {
            var sum = (_weight is null ? share.clone() : _weight.Plus(share)).DetachFromDisposeScope();
            _weight?.Dispose();
            _weight = sum;
        }
        if (++_batches == accumulation)
            Complete(learningRate);
    }

    /// <summary>Moves the weights by the batches that wait, fewer than a group: an epoch's last ones.</summary>
    public void Complete(double learningRate)
    {
        if (_weight is null)
            return;
        using (NewDisposeScope())
        using (no_grad())
        {
            if (reduction is not null)
                Reduce(reduction, _weight);
            else
                foreach (var state in optimizer.States)
                    state.Parameter.grad?.div_(_weight);
        }
        _weight.Dispose();
        (_weight, _batches) = (null, 0);
        Move(learningRate);
    }

    private Tensor Scaled(Tensor loss) => scaling is null ? loss : loss.Times(scaling.Scale);

    private void Reduce(IGradientReduction together, Tensor weight)
    {
        stages?.Passed = null;
        _failure?.Throw();
        if (stages is null)
            together.Begin(Gradients(optimizer.States.Reverse()));
        else
            BeginUpTo(stages.Groups.Count - 1);
        _failure?.Throw();
        _begun = 0;
        together.End(weight.Times(_unit), _unit);
    }

    // Called by backward where gradients travel beside it.
    private void BeginUpTo(int group)
    {
        try
        {
            using var noGradient = no_grad();
            for (; _begun <= group && _failure is null; _begun++)
                reduction!.Begin(Gradients(stages!.Groups[_begun].Select(parameter => _states.Value[parameter])));
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }

    private static Tensor[] Gradients(IEnumerable<ParameterState> states) => [.. states.Where(state => state.Parameter.requires_grad)
        .Select(state => state.Gradient.Gradient?.DetachFromDisposeScope()).OfType<Tensor>()];

    private void Move(double learningRate)
    {
        var parameters = optimizer.States.Select(state => state.Parameter);
        if (scaling is not null && !scaling.Unscale(parameters))
            return; // the gradients overflowed
        clipping?.Apply(parameters);
        if (isCentralized)
            GradientCentralization.Apply(parameters);
        optimizer.Step(learningRate);
        slow?.Update();
        average?.Update();
    }

    string ICheckpointed.Name => "update";

    // Between two moves there is nothing to keep.
    CheckpointPart ICheckpointed.Save() => _weight is null ? new([], Batches)
        : new([new(WeightName, _weight), .. optimizer.States.Index().Where(s => s.Item.Parameter.grad is not null)
        .Select(s => KeyValuePair.Create(GradientName(s.Index), s.Item.Parameter.grad!))], Batches);

    void ICheckpointed.Restore(CheckpointPart part)
    {
        _batches = (int)part.Number("batches");
        if (_batches == 0)
            return;
        _weight = zeros([], device: optimizer.States.First().Parameter.device).DetachFromDisposeScope();
        part.CopyTo(WeightName, _weight);
        var saved = part.Tensors.Select(pair => pair.Key).ToHashSet();
        foreach (var (place, state) in optimizer.States.Index())
        {
            if (!saved.Contains(GradientName(place)))
                continue;
            state.Parameter.grad ??= zeros_like(state.Parameter).DetachFromDisposeScope();
            part.CopyTo(GradientName(place), state.Parameter.grad);
        }
    }

    private const string WeightName = "weight";

    private Dictionary<string, double> Batches => new() { ["batches"] = _batches };

    private static string GradientName(int place) => FormattableString.Invariant($"gradient.{place}");

    public void Dispose()
    {
        _weight?.Dispose();
        average?.Dispose();
        ascent?.Dispose();
        slow?.Dispose();
        stages?.Dispose();
        reduction?.Dispose();
    }
}

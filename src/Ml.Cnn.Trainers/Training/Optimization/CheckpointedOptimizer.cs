using Ml.Cnn.Trainers.Training.Checkpoints;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>An optimizer's buffers and counts.</summary>
internal sealed class CheckpointedOptimizer(ParameterOptimizer optimizer) : ICheckpointed
{
    public string Name => "optimizer";

    public CheckpointPart Save()
    {
        var tensors = new List<KeyValuePair<string, Tensor>>();
        var numbers = new Dictionary<string, double>();
        foreach (var (place, state) in optimizer.States.Index())
        {
            foreach (var (number, buffer) in state.Buffers.Index())
                tensors.Add(new(BufferName(place, number), buffer));
            numbers.Add(StepsName(place), state.Steps);
            numbers.Add(GradientName(place), state.Parameter.grad is null ? 0 : 1);
        }
        return new(tensors, numbers);
    }

    public void Restore(CheckpointPart part)
    {
        foreach (var (place, state) in optimizer.States.Index())
        {
            foreach (var (number, buffer) in state.Buffers.Index())
                part.CopyTo(BufferName(place, number), buffer);
            state.Steps = (long)part.Number(StepsName(place));
            // A parameter that has had a gradient is moved by its momentum even in a step that does not reach it.
            if (part.Number(GradientName(place)) > 0)
                state.Parameter.grad = zeros_like(state.Parameter).DetachFromDisposeScope();
        }
    }

    private static string BufferName(int place, int number) => FormattableString.Invariant($"{place}.{number}");

    private static string StepsName(int place) => FormattableString.Invariant($"{place}.steps");

    private static string GradientName(int place) => FormattableString.Invariant($"{place}.gradient");
}

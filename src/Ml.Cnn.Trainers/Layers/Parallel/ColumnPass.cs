using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Parallel;

/// <summary>
/// All columns at once on the CPU, forward and backward. Autograd alone would go back through one after the other: it has one thread for that device. So each
/// column has a graph of its own, from a copy of the input's handle to its output, which its team goes back through.
/// </summary>
internal sealed class ColumnPass : autograd.SingleTensorFunction<ColumnPass>
{
    private const string State = "state";

    private const int Channels = 1; // the dimension along which outputs are joined

    public override string Name => nameof(ColumnPass);

    /// <summary>What comes of all columns, along the channels.</summary>
    /// <param name="teams">One for each column.</param>
    /// <param name="columns">On the CPU.</param>
    /// <param name="input">What each of them sees.</param>
    /// <param name="trained">A weight of theirs that is trained: by it autograd knows that there is a way back, also where the input has none.</param>
    public static Tensor Of(ThreadTeams teams, Columns columns, Tensor input, Parameter trained) => apply(input, trained, teams, columns);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, teams, columns) = ((Tensor)vars[0], (ThreadTeams)vars[2], (Columns)vars[3]);
        var pieces = new Piece[columns.Count];
        var hasWayBack = input.requires_grad;
        teams.Run(column =>
        {
            using var scope = NewDisposeScope();
            using var gradient = enable_grad();
            var own = input.detach();
            own.requires_grad = hasWayBack;
            pieces[column] = new(own.DetachFromDisposeScope(), columns.Call(column, own).DetachFromDisposeScope());
        });
        ctx.save_data(State, (teams, pieces));
        using var noGradient = no_grad();
        return cat([.. pieces.Select(piece => piece.Output)], Channels);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (teams, pieces) = ((ThreadTeams, Piece[]))ctx.get_data(State);
        var starts = pieces.Select((_, column) => pieces.Take(column).Sum(piece => piece.Output.size(Channels))).ToArray();
        teams.Run(column =>
        {
            using var scope = NewDisposeScope();
            var output = pieces[column].Output;
            if (output.requires_grad) // else the whole column is frozen
                output.backward([grad_output.narrow(Channels, starts[column], output.size(Channels))]);
        });
        using var noGradient = no_grad();
        Tensor? sum = null; // what all columns ask of the input
        foreach (var piece in pieces)
        {
            using var gradient = piece.Input.grad;
            if (gradient is not null)
            {
                sum ??= zeros_like(gradient);
                sum.AddInPlace(gradient);
            }
            piece.Dispose();
        }
        return [sum!, null!, null!, null!];
    }

    /// <summary>One column's graph.</summary>
    /// <param name="Input">Its beginning.</param>
    /// <param name="Output">Its end.</param>
    private sealed record Piece(Tensor Input, Tensor Output) : IDisposable
    {
        public void Dispose()
        {
            Input.Dispose();
            Output.Dispose();
        }
    }
}

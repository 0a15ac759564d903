using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers.Parallel;

/// <summary>
/// Columns of a network, each of which computes from the whole input what lies beside the others' in the output. A column runs where its weights are; in
/// training on the CPU all can run at once.
/// </summary>
internal sealed class Columns
{
    private readonly Module<Tensor, Tensor>[] _columns;
    private readonly Concatenate _join;

    /// <param name="columns">Two or more, of no random numbers: which column draws first would be left to chance.</param>
    /// <param name="join">Joins what comes of them along the channels; registered by the network.</param>
    public Columns(IEnumerable<Module<Tensor, Tensor>> columns, Concatenate join) => (_columns, _join) = ([.. columns], join);

    /// <summary>A team for each column, while it is set.</summary>
    public ThreadTeams? Teams { get; set; }

    /// <summary>How many there are.</summary>
    public int Count => _columns.Length;

    /// <summary>The weights of all columns.</summary>
    public IEnumerable<TorchSharp.Modules.Parameter> Weights => _columns.SelectMany(column => column.parameters());

    /// <summary>Moves the columns to devices.</summary>
    /// <param name="devices">As many as there are columns.</param>
    public void Place(IReadOnlyList<Device> devices)
    {
        foreach (var (column, device) in _columns.Zip(devices))
            column.to(device);
    }

    /// <summary>What comes of all columns, along the channels, on the input's device.</summary>
    /// <param name="input">What each of them sees whole.</param>
    public Tensor Call(Tensor input)
    {
        if (Teams is { } teams && is_grad_enabled() && !ForwardTrace.IsOpen && Weights.FirstOrDefault(weight => weight.requires_grad) is { } trained)
            return ColumnPass.Of(teams, this, input, trained);
        var outputs = new Tensor[_columns.Length];
        try
        {
            for (var column = 0; column < outputs.Length; column++)
                outputs[column] = Call(column, input);
            return _join.call(outputs);
        }
        finally
        {
            foreach (var output in outputs)
                output?.Dispose();
        }
    }

    /// <summary>What comes of one column, on the input's device.</summary>
    /// <param name="column">From 0.</param>
    /// <param name="input">What it sees.</param>
    public Tensor Call(int column, Tensor input)
    {
        var module = _columns[column];
        var home = module.parameters().First().device;
        if (home.type == input.device.type && (home.type == DeviceType.CPU || home.index == input.device.index))
            return module.call(input);
        using var there = input.to(home);
        using var output = module.call(there);
        return output.to(input.device);
    }
}

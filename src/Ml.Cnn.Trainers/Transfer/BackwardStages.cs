using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>Tells how far backward has come through a network's stages, so that gradients can travel while it goes on.</summary>
internal sealed class BackwardStages : IDisposable
{
    private readonly List<Module<Tensor, Tensor>.HookRemover> _hooks = [];
    private readonly int[] _modules; // of each group
    private readonly int[] _left; // of them, backward has not come through
    private Action<int>? _passed;

    private BackwardStages(Module<Tensor, Tensor> network, Architecture architecture)
    {
        var stages = architecture.Stages.Reverse().ToArray();
        var parameters = network.named_parameters().ToLookup(one => Math.Max(0, architecture.StageOf(one.name)), one => one.parameter);
        Groups = [.. stages.Select((_, group) => (IReadOnlyList<Parameter>)[.. parameters[stages.Length - 1 - group].Reverse()])];
        _modules = [.. stages.Select(paths => paths.Count)];
        _left = new int[stages.Length];
        var modules = network.named_modules().ToDictionary(one => one.name, one => one.module);
        foreach (var (group, path) in stages.Index().SelectMany(stage => stage.Item.Select(path => (stage.Index, path))))
        {
            if (modules[path] is Module<Tensor, Tensor> module)
            {
                // Backward does not come to what has no gradient, such as the images.
                _hooks.Add(module.register_forward_pre_hook((_, input) =>
                    Passed is null || !input.requires_grad ? input : BackwardMark.Of(input, () => Pass(group))));
            }
        }
    }

    /// <summary>The parameters of the stages, from the head to the input, each in the order in which backward comes to it.</summary>
    public IReadOnlyList<IReadOnlyList<Parameter>> Groups { get; }

    /// <summary>Called with the place of a group, when it and those before it have their gradients. To be set before each forward pass.</summary>
    public Action<int>? Passed
    {
        get => _passed;
        set
        {
            _passed = value;
            _modules.CopyTo(_left, 0);
        }
    }

    /// <summary>Watches a network.</summary>
    /// <returns>Null for a network whose stages need not be in the order of its operations: one of the user's own, or one with auxiliary heads.</returns>
    public static BackwardStages? Of(Module<Tensor, Tensor> network, Architecture architecture) =>
        architecture.IsUsersOwn || architecture.Layers is not null || architecture.AuxiliaryHeads.Count > 0 || architecture.Stages.Count < 2
            ? null : new(network, architecture);

    // A stage is over when backward has come through all of its modules, in whatever order they stand.
    private void Pass(int group)
    {
        _left[group]--;
        var whole = _left.AsSpan().IndexOfAnyExcept(0);
        if (_left[group] == 0 && (whole < 0 || whole > group))
            Passed?.Invoke((whole < 0 ? _left.Length : whole) - 1);
    }

    /// <summary>Looks no more.</summary>
    public void Dispose()
    {
        foreach (var hook in _hooks)
            hook.remove();
        _hooks.Clear();
    }
}

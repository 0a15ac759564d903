using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Branches side by side over one input, their outputs concatenated (Szegedy et al. 2014, figure 2): a block of GoogLeNet and Inception v3.
/// </summary>
internal sealed class InceptionBlock : Module<Tensor, Tensor>
{
    private readonly Branch[] _branches;
    private readonly Concatenate concat = new();

    public InceptionBlock(params Branch[] branches) : base(nameof(InceptionBlock))
    {
        _branches = branches;
        foreach (var (name, module) in branches.SelectMany(branch => branch.Modules))
            register_module(name, module);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var outputs = new List<Tensor>();
        foreach (var branch in _branches)
            branch.Apply(input, outputs);
        var joined = concat.call([.. outputs]);
        outputs.ForEach(output => output.Dispose());
        return joined;
    }
}

/// <summary>One branch of an <see cref="InceptionBlock"/>: modules one after the other, and perhaps several side by side at the end.</summary>
/// <param name="Steps">Names, which the block registers them under, and modules, from the input on; at least one.</param>
internal sealed record Branch(params (string Name, Module<Tensor, Tensor> Module)[] Steps)
{
    /// <summary>What follows the last step, each on its own; their outputs are concatenated with the block's others. Empty: nothing.</summary>
    public (string Name, Module<Tensor, Tensor> Module)[] Ends { get; init; } = [];

    public IEnumerable<(string Name, Module<Tensor, Tensor> Module)> Modules => Steps.Concat(Ends);

    /// <summary>Adds the branch's outputs to a list; the caller disposes them.</summary>
    public void Apply(Tensor input, List<Tensor> outputs)
    {
        var output = Steps[0].Module.call(input);
        foreach (var (_, module) in Steps.AsSpan(1))
            output = output.Apply(module);
        if (Ends.Length == 0)
        {
            outputs.Add(output);
            return;
        }
        using (output)
        {
            foreach (var (_, module) in Ends)
                outputs.Add(module.call(output));
        }
    }
}

/// <summary>A convolution, batch normalization and ReLU, under torchvision's names for the Inception networks.</summary>
internal sealed class BasicConv2d : Module<Tensor, Tensor>
{
    private readonly Layer conv, bn, relu;

    public BasicConv2d(int inChannels, int outChannels, Size2d kernel, Size2d? stride = null, Size2d? padding = null) : base(nameof(BasicConv2d))
    {
        conv = new Conv2d(inChannels, outChannels, kernel, stride, padding, bias: false);
        bn = new BatchNorm2d(outChannels, epsilon: 0.001);
        relu = new ReLU(inPlace: true);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => conv.call(input).Apply(bn, relu);
}

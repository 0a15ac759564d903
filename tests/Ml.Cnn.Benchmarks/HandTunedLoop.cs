using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Layers = Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Benchmarks;

/// <summary>How a loop is tuned.</summary>
/// <param name="IsBFloat16">Convolutions and linear layers have bfloat16 weights, cast in each step from float32 ones.</param>
/// <param name="IsChannelsLast">Filters lie in memory as height × width × channels, and so should images.</param>
/// <param name="Threads">libtorch's; 0: its own choice.</param>
internal sealed record Tuning(bool IsBFloat16, bool IsChannelsLast, int Threads);

/// <summary>
/// What an expert of libtorch writes: coarse weights with float32 masters, channels last, gradients that libtorch hands over instead of
/// adding them up, its fused SGD, and an allocator that keeps freed memory. Shares the networks with the library and nothing else.
/// </summary>
internal sealed class HandTunedLoop : IHandWrittenLoop
{
    private static readonly string s_sgd = FormattableString.Invariant($"""
        def sgd(weights: List[Tensor], gradients: List[Tensor], velocities: List[Tensor]):
            torch._fused_sgd_(weights, gradients, velocities, weight_decay={IHandWrittenLoop.WeightDecay}, momentum={IHandWrittenLoop.Momentum},
                lr={IHandWrittenLoop.LearningRate}, dampening=0.0, nesterov=False, maximize=False, is_first_step=False)

        """).ReplaceLineEndings("\n");

    private readonly Module<Tensor, Tensor> _network;
    private readonly Tuning _tuning;
    private readonly Parameter[] _weights;
    private readonly Tensor[] _masters; // the weights themselves where those are float32
    private readonly Tensor[] _velocities;
    private readonly jit.CompilationUnit _kernel;

    /// <param name="build">Makes the network. Called late, so that its memory too is asked for as the allocator has been told.</param>
    /// <param name="tuning">How to train it.</param>
    public HandTunedLoop(Func<Module<Tensor, Tensor>> build, Tuning tuning)
    {
        FreedMemory.Keep();
        (_network, _tuning) = (build(), tuning);
        _network.train();
        if (tuning.Threads > 0)
            set_num_threads(tuning.Threads);
        using var noGradient = no_grad();
        _kernel = jit.compile(s_sgd);
        if (tuning.IsBFloat16)
            foreach (var layer in _network.modules().OfType<Module<Tensor, Tensor>>().Where(m => m is Layers::Conv2d or Layers::Linear))
                layer.to(ScalarType.BFloat16);
        _weights = [.. _network.parameters()];
        foreach (var filters in _weights.Where(p => tuning.IsChannelsLast && p.dim() == 4))
            filters.set_(ChannelsLast(filters.detach()));
        _masters = [.. _weights.Select(weight => weight.dtype == ScalarType.Float32 ? weight : weight.to(ScalarType.Float32))];
        _velocities = [.. _masters.Select(master => zeros_like(master))];
    }

    public Tensor Arrange(Tensor images) => _tuning.IsChannelsLast ? ChannelsLast(images) : images;

    public double Step(Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        foreach (var weight in _weights)
            weight.grad = null;
        var loss = functional.cross_entropy(_network.forward(images).to(ScalarType.Float32), labels);
        loss.backward();

        using var noGradient = no_grad();
        _kernel.invoke("sgd", _masters, _weights.Select(weight => weight.grad!.to(ScalarType.Float32)).ToArray(), _velocities);
        for (var i = 0; i < _weights.Length; i++)
            if (!ReferenceEquals(_weights[i], _masters[i]))
                _weights[i].copy_(_masters[i]);
        return loss.ToDouble();
    }

    // N × C × H × W as before; in memory the channels of a pixel lie side by side.
    private static Tensor ChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    public void Dispose()
    {
        _kernel.Dispose();
        _network.Dispose();
        foreach (var tensor in _masters.Concat(_velocities))
            tensor.Dispose();
    }
}

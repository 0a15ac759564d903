using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>What a newcomer writes: float32, contiguous tensors, TorchSharp's own optimizer, and a dispose scope around each step.</summary>
internal sealed class PlainLoop : IHandWrittenLoop
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly SGD _optimizer;

    public PlainLoop(Module<Tensor, Tensor> network)
    {
        _network = network;
        _network.train();
        _optimizer = optim.SGD(network.parameters(), IHandWrittenLoop.LearningRate, IHandWrittenLoop.Momentum, weight_decay: IHandWrittenLoop.WeightDecay);
    }

    public Tensor Arrange(Tensor images) => images;

    public double Step(Tensor images, Tensor labels)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = functional.cross_entropy(_network.forward(images), labels);
        loss.backward();
        _optimizer.step();
        return loss.item<float>();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }
}

using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>A small network with running statistics and dropout whose training can be made to fail, for 28 × 28 pixels.</summary>
internal sealed class CrashingNetwork : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> layers;
    private readonly int _crashAt;
    private readonly Action<int> _onStep;
    private int _steps;

    /// <param name="channels">Of the images.</param>
    /// <param name="classes">To tell apart.</param>
    /// <param name="crashAt">The training step, from 1, that does not take place.</param>
    /// <param name="onStep">Told the number of each training step, from 1.</param>
    public CrashingNetwork(int channels, int classes, int crashAt, Action<int> onStep) : base(nameof(CrashingNetwork))
    {
        (_crashAt, _onStep) = (crashAt, onStep);
        layers = Sequential(("conv", Conv2d(channels, 4, 3, stride: 2)), ("norm", BatchNorm2d(4)), ("relu", ReLU()), ("flatten", Flatten()),
            ("dropout", Dropout(0.3)), ("linear", Linear(4 * 13 * 13, classes)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        if (training)
        {
            if (++_steps >= _crashAt)
                throw new CrashException();
            _onStep(_steps);
        }
        return layers.call(images);
    }
}

/// <summary>Stands for a process that ends.</summary>
internal sealed class CrashException : Exception;

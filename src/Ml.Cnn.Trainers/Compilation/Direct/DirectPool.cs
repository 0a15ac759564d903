using System.Runtime.Intrinsics;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The maximum or the mean over windows that lie inside the image.</summary>
internal sealed unsafe class DirectPool(MapSize input, MapSize output, Layers.Size2d kernel, Layers.Size2d stride, bool maximum) : DirectOperation
{
    private readonly float _share = 1f / (kernel.Height * kernel.Width);

    public override MapSize Output => output;

    public override void Run(int images, float* input, float* output, float* scratch)
    {
        for (var image = 0; image < images; image++, input += InputLength, output += Output.Length)
            Pool(input, output);
    }

    private int InputLength { get; } = input.Length;

    // In ascending order: what a vector writes behind a pixel's last channel, the next pixel overwrites.
    private void Pool(float* from, float* to)
    {
        var (channels, row) = (input.Channels, input.Width * input.Channels);
        for (var y = 0; y < output.Height; y++)
        {
            for (var x = 0; x < output.Width; x++, to += channels)
            {
                var window = from + y * stride.Height * row + x * stride.Width * channels;
                for (var channel = 0; channel < channels; channel += Vector256<float>.Count)
                {
                    var first = Vector256.Load(window + channel);
                    var value = maximum ? Largest(window + channel, first, row, channels) : Sum(window + channel, row, channels) * _share;
                    value.Store(to + channel);
                }
            }
        }
    }

    private Vector256<float> Largest(float* window, Vector256<float> value, int row, int channels)
    {
        for (var y = 0; y < kernel.Height; y++)
        {
            for (var x = 0; x < kernel.Width; x++)
                value = Vector256.Max(value, Vector256.Load(window + y * row + x * channels)); // NaN if one is NaN
        }
        return value;
    }

    private Vector256<float> Sum(float* window, int row, int channels)
    {
        var value = Vector256<float>.Zero;
        for (var y = 0; y < kernel.Height; y++)
        {
            for (var x = 0; x < kernel.Width; x++)
                value += Vector256.Load(window + y * row + x * channels);
        }
        return value;
    }
}

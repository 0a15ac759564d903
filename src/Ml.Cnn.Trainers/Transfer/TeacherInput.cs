using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>The images of a network that learns, as its teacher expects them: in another size, with other channels, normalized otherwise.</summary>
internal sealed class TeacherInput
{
    private readonly ImagePreprocessing _teacher;
    private readonly (float[] Factors, float[] Offsets)? _renormalization; // of each channel; null: the same statistics

    /// <param name="student">How images become the learning network's input.</param>
    /// <param name="teacher">The teacher.</param>
    /// <exception cref="ArgumentException">The teacher's images have channels that those of the other network cannot give.</exception>
    public TeacherInput(ImagePreprocessing student, CnnTransformer teacher)
    {
        _teacher = teacher.Preprocessing;
        if (student.Channels != _teacher.Channels && (student.Channels, _teacher.Channels) != (1, 3))
        {
            throw OptionCheck.Unfit(nameof(CnnTrainerOptions.Distillation), $"The teacher's images have {_teacher.Channels} channels, and the network's "
                + $"{student.Channels}: set {nameof(CnnTrainerOptions.Channels)} to the teacher's.");
        }
        var (from, to) = (student.Normalization.ForChannels(_teacher.Channels), _teacher.Normalization.ForChannels(_teacher.Channels));
        if (!from.Equals(to))
        {
            // (v − mean) / deviation by one's statistics, to the same by the other's.
            _renormalization = ([.. from.Deviation.Zip(to.Deviation, (one, other) => one / other)],
                [.. from.Mean.Zip(to.Mean, (one, other) => one - other).Zip(to.Deviation, (difference, deviation) => difference / deviation)]);
        }
    }

    /// <param name="images">N × channels × height × width, as the learning network sees them.</param>
    /// <returns>N × the teacher's channels × its height × its width.</returns>
    public Tensor Of(Tensor images)
    {
        images = images.Resized(_teacher.Height, _teacher.Width);
        if (images.size(1) != _teacher.Channels)
            images = images.expand(-1, _teacher.Channels, -1, -1);
        return _renormalization is not var (factors, offsets) ? images : images.mul(PerChannel(factors)).Plus(PerChannel(offsets));

        Tensor PerChannel(float[] values) => tensor(values, device: images.device).view(1, values.Length, 1, 1);
    }
}

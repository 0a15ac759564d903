using Microsoft.ML;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Knowledge distillation (Hinton, Vinyals and Dean 2015, section 2): a network learns what another, trained one, its teacher, says of the images, along with
/// the labels. <c>Distillation = new Distillation("large.zip")</c>. Immutable.
/// </summary>
/// <remarks>
/// <para>
/// The loss is (1 − <see cref="Share"/>) · the loss with the labels + <see cref="Share"/> · T² · KL(teacher ‖ network), where both outputs are divided by the
/// temperature T before softmax. The teacher sees the very images that the network sees in a step, augmented, mixed and cut to size, brought to the teacher's
/// own size and normalization where these differ; gray images are colors to a teacher of colors. Images weigh in both parts what they weigh in the loss.
/// Auxiliary heads learn from the labels alone.
/// </para>
/// <para>
/// Classes are matched by name. The teacher may know more classes than there are in the data: its softmax is over the common ones. It must know all of the
/// data's, except where <see cref="CnnTrainerOptions.KeepKnownClasses"/> adds classes: then both softmaxes are over the common ones. It computes in evaluation
/// mode, in float32, on its own device, and layer by layer as it was trained: compiled copies are faster, but need not come to the same last bits in a training
/// that is taken up again. Where a head alone would be trained on features that are kept, images are seen in every epoch, for the teacher's sake.
/// </para>
/// </remarks>
public sealed class Distillation
{
    /// <summary>Learns from a model in memory.</summary>
    /// <param name="teacher">A <see cref="CnnTransformer"/>, or a pipeline that holds one. It stays as it is, and is not disposed while Fit runs.</param>
    public Distillation(ITransformer teacher)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        Teacher = teacher;
    }

    /// <summary>Learns from a saved model, which Fit loads.</summary>
    /// <param name="teacherPath">A model.zip that holds a network of this library.</param>
    public Distillation(string teacherPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(teacherPath);
        TeacherPath = teacherPath;
    }

    /// <summary>The teacher in memory; null where it is a file.</summary>
    public ITransformer? Teacher { get; }

    /// <summary>The teacher's file; null where it is in memory.</summary>
    public string? TeacherPath { get; }

    /// <summary>
    /// T, above 0: the higher, the more the classes count that the teacher holds for unlikely. Default 4, in the middle of the paper's 2.5 to 20 (section 3).
    /// </summary>
    public double Temperature { get; init; } = 4;

    /// <summary>
    /// What the teacher's outputs count beside the labels, above 0 and at most 1, where no label counts. Default 0.9: the paper gives the labels "a
    /// considerably lower weight" (section 2).
    /// </summary>
    public double Share { get; init; } = 0.9;

    /// <summary>What a training goes by.</summary>
    internal DistillationSettings ToSettings() => new() { Teacher = null, Temperature = Temperature, Share = Share };
}

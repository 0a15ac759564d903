using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>The classes that a teacher and the network that learns from it both know, by name and in the learning network's order.</summary>
internal sealed class CommonClasses
{
    private readonly long[]? _teacher; // their places among the teacher's; null: all, in this order
    private readonly long[]? _student;

    /// <param name="teacher">The teacher's classes.</param>
    /// <param name="student">The learning network's.</param>
    /// <param name="mayLack">Whether some of these may be new to the teacher.</param>
    /// <exception cref="ArgumentException">The teacher does not know all of the classes, or no two of them where it need not know all.</exception>
    public CommonClasses(IReadOnlyList<string> teacher, IReadOnlyList<string> student, bool mayLack)
    {
        string[] missing = [.. student.Except(teacher)];
        if (missing.Length > (mayLack ? student.Count - 2 : 0))
        {
            throw OptionCheck.Unfit(nameof(CnnTrainerOptions.Distillation), $"The teacher does not know {Listing.Of(missing)}, which the label column has. "
                + $"It knows {Listing.Of(teacher)}.");
        }
        string[] common = [.. student.Except(missing)];
        (_teacher, _student) = (Places(teacher, common), Places(student, common));
    }

    /// <param name="logits">The teacher's, N × its classes.</param>
    /// <returns>N × the common classes.</returns>
    public Tensor OfTeacher(Tensor logits) => Chosen(logits, _teacher);

    /// <inheritdoc cref="OfTeacher"/>
    /// <param name="logits">The learning network's, N × its classes.</param>
    public Tensor OfStudent(Tensor logits) => Chosen(logits, _student);

    private static Tensor Chosen(Tensor logits, long[]? places) => places is null ? logits : logits.index_select(1, tensor(places, device: logits.device));

    private static long[]? Places(IReadOnlyList<string> names, IReadOnlyList<string> common)
    {
        if (common.SequenceEqual(names))
            return null;
        var places = NamePlaces.Of(names);
        return [.. common.Select(name => (long)places[name])];
    }
}

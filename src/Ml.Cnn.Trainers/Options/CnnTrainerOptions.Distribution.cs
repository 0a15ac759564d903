namespace Ml.Cnn.Trainers;

public abstract partial class CnnTrainerOptions
{
    /// <summary>
    /// Whether and how the processes that were started together with this one train one model together. Default: <see cref="Distribution.Auto"/>, as the
    /// environment says that <c>mpirun</c> or <c>srun</c> sets.
    /// </summary>
    public Distribution Distribution { get; set; } = Distribution.Auto;
}

using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search.Simulation;

/// <summary>Something that is searched without training anything: what a trial's scores are is known.</summary>
internal abstract class SearchProblem
{
    public abstract string Name { get; }

    public abstract SearchSpace Space { get; }

    public abstract RungPlan Rungs { get; }

    /// <summary>As the defaults of architectures are, for the searches that have them.</summary>
    public abstract IReadOnlyList<double[]> FirstPoints { get; }

    /// <summary>How many trials there can be.</summary>
    public virtual int MostTrials => int.MaxValue;

    /// <summary>The point that is tried where one is proposed.</summary>
    /// <param name="point">The proposal.</param>
    /// <param name="tried">Those that were tried before.</param>
    public virtual double[] Place(double[] point, IEnumerable<double[]> tried) => Space.Snap(point);

    /// <summary>The score that is seen behind a rung; null where the trial fails there.</summary>
    public abstract double? Score(double[] point, int rung, int seed);

    /// <summary>What the trial is worth, trained to a rung.</summary>
    public abstract double Value(double[] point, int rung, int seed);
}

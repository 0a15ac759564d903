using Ml.Cnn.Trainers.Training.Optimization;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The processes that train one model together, and which of them this one is.</summary>
/// <param name="Rank">This process's number, from 0.</param>
/// <param name="World">How many processes there are, 1 or more.</param>
/// <param name="Reduction">Brings their gradients together before every move of the weights; null where there is one process.</param>
internal sealed record ProcessGroup(int Rank, int World, IGradientReduction? Reduction)
{
    /// <summary>One process that trains by itself.</summary>
    public static ProcessGroup Alone { get; } = new(Rank: 0, World: 1, Reduction: null);

    /// <summary>Whether this is the process that writes checkpoints and logs and reports progress. The user's callbacks are called in every process.</summary>
    public bool IsMain => Rank == 0;
}

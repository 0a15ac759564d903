using Ml.Cnn.Trainers.Collectives.Mpi;
using Ml.Cnn.Trainers.Collectives.Stores;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>The processes that were started with this one, by whichever transport its launcher brings.</summary>
internal static class Processes
{
    /// <param name="launch">By MPI or torchrun.</param>
    /// <exception cref="InvalidOperationException">They cannot reach each other; the message says what is missing.</exception>
    public static ICollectives Join(Launch launch) =>
        launch.Launcher == Launcher.Torchrun ? StoreWorld.Join(launch, Environment.GetEnvironmentVariable) : MpiWorld.Join(launch);
}

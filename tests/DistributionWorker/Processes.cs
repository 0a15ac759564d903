using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Collectives.Mpi;
using Ml.Cnn.Trainers.Collectives.Stores;

namespace DistributionWorker;

/// <summary>The processes that were started with this one.</summary>
internal static class Processes
{
    public static ICollectives Join(Launch launch) =>
        launch.Launcher == Launcher.Torchrun ? StoreWorld.Join(launch, Environment.GetEnvironmentVariable) : MpiWorld.Join(launch);
}

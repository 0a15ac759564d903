using System.Globalization;
using System.Net.Sockets;

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>The store that the variables of torchrun name, in this process: reached when it is first asked for, and left when the process ends.</summary>
internal static class StoreWorld
{
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(5); // of the process that has the store, PyTorch's default

    private static readonly Lock s_lock = new();
    private static StoreCollectives? s_collectives;

    /// <summary>The processes that were started with this one.</summary>
    /// <param name="launch">By torchrun.</param>
    /// <param name="variable">Gives an environment variable's value, or null.</param>
    /// <exception cref="InvalidOperationException">A variable is missing or wrong, or the store cannot be reached.</exception>
    public static StoreCollectives Join(Launch launch, Func<string, string?> variable)
    {
        lock (s_lock)
            return s_collectives ??= Connect(launch, variable);
    }

    private static StoreCollectives Connect(Launch launch, Func<string, string?> variable)
    {
        var host = variable("MASTER_ADDR")!;
        if (!int.TryParse(variable("MASTER_PORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > ushort.MaxValue)
            throw new InvalidOperationException($"The environment variable MASTER_PORT must be a port, 1 to 65535, not '{variable("MASTER_PORT")}'.");
        var hasStore = launch.Rank == 0 && variable("TORCHELASTIC_USE_AGENT_STORE") != "True";
        var server = hasStore ? Start(port) : null;
        // The agent's store outlives a restart of the processes.
        var attempt = variable("TORCHELASTIC_RESTART_COUNT") is { Length: > 0 } count ? count : "0";
        var collectives = new StoreCollectives(() => TcpStore.Connect(host, port, s_longestStart), $"/mlcnn/{attempt}",
            FormattableString.Invariant($"torchrun's store at {host}:{port}"), launch.Rank!.Value, launch.World!.Value);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            collectives.Leave(hasStore);
            server?.Dispose();
        };
        return collectives;
    }

    private static TcpStoreServer Start(int port)
    {
        try
        {
            return TcpStoreServer.Start(port);
        }
        catch (SocketException e)
        {
            throw new InvalidOperationException($"Rank 0 cannot listen to port {port} (MASTER_PORT), by which the other processes are to find it: {e.Message}. "
                + "Give another port to torchrun (--master-port).", e);
        }
    }
}

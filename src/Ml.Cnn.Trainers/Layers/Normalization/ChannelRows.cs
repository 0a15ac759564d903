using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>
/// The numbers of N × C × H × W, channels last in memory, as N · H · W rows of C, in chunks that threads take. The chunks follow from the shape alone:
/// sums over them do not depend on how many threads there are.
/// </summary>
/// <param name="Count">N · H · W.</param>
/// <param name="Channels">C.</param>
internal readonly record struct ChannelRows(long Count, int Channels)
{
    private const int MostChunks = 64;         // their sums are added up by one thread
    private const int NumbersPerChunk = 1 << 15; // fewer are sooner done than handed to another thread

    /// <summary>Rows of every chunk but the last.</summary>
    public long RowsPerChunk => (Math.Max((Count + MostChunks - 1) / MostChunks, NumbersPerChunk / Channels) + 7) / 8 * 8;

    /// <summary>How many chunks.</summary>
    public int Chunks => (int)((Count + RowsPerChunk - 1) / RowsPerChunk);

    /// <summary>A chunk's first row.</summary>
    public long First(int chunk) => chunk * RowsPerChunk;

    /// <summary>A chunk's rows.</summary>
    public long RowsOf(int chunk) => Math.Min(RowsPerChunk, Count - First(chunk));

    /// <summary>Does the work for every chunk, on libtorch's threads.</summary>
    public void ForEachChunk(Action<int> work)
    {
        var threads = get_num_threads();
        if (threads > 1 && Chunks > 1)
        {
            LibtorchTeam.For(Chunks, threads, work);
            return;
        }
        for (var chunk = 0; chunk < Chunks; chunk++)
            work(chunk);
    }
}

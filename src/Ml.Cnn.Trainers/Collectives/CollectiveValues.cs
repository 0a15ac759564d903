using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Numbers and texts by way of <see cref="ICollectives"/>.</summary>
internal static class CollectiveValues
{
    /// <summary>The numbers of every process.</summary>
    /// <param name="collectives">The processes.</param>
    /// <param name="mine">As many in all of them.</param>
    /// <returns>A row for each rank.</returns>
    public static double[][] Gather(this ICollectives collectives, params ReadOnlySpan<double> mine)
    {
        var all = new double[mine.Length * collectives.World];
        collectives.Gather(MemoryMarshal.AsBytes(mine), MemoryMarshal.AsBytes(all.AsSpan()));
        return [.. all.Chunk(Math.Max(1, mine.Length))];
    }

    /// <summary>The text of every process, whatever its length.</summary>
    public static string[] Gather(this ICollectives collectives, string mine)
    {
        var bytes = Encoding.UTF8.GetBytes(mine);
        int[] lengths = [.. collectives.Gather(bytes.Length).Select(row => (int)row[0])];
        var longest = lengths.Max();
        if (longest == 0)
            return [.. lengths.Select(_ => "")];
        Array.Resize(ref bytes, longest);
        var all = new byte[longest * collectives.World];
        collectives.Gather(bytes, all);
        return [.. lengths.Select((length, rank) => Encoding.UTF8.GetString(all, rank * longest, length))];
    }

    /// <summary>A tensor of a type that <see cref="ICollectives.Sum"/> does not take.</summary>
    public static ArgumentException NoSumOf(Tensor tensor) =>
        new($"A tensor of {tensor.dtype} cannot be summed; it must be Float32, Float64 or BFloat16.", nameof(tensor));

    /// <summary>A number of one process, for all.</summary>
    public static double Broadcast(this ICollectives collectives, double value, int root = 0)
    {
        collectives.Broadcast(MemoryMarshal.AsBytes(new Span<double>(ref value)), root);
        return value;
    }

    /// <summary>A text of one process, for all.</summary>
    /// <param name="collectives">The processes.</param>
    /// <param name="value">Whatever in the others.</param>
    /// <param name="root">The rank that has it.</param>
    public static string Broadcast(this ICollectives collectives, string value, int root = 0) =>
        Encoding.UTF8.GetString(collectives.BroadcastBytes(collectives.Rank == root ? Encoding.UTF8.GetBytes(value) : [], root));

    /// <summary>Bytes of one process, for all of which only it knows how many there are.</summary>
    public static byte[] BroadcastBytes(this ICollectives collectives, byte[] bytes, int root = 0)
    {
        var length = (int)collectives.Broadcast((double)bytes.Length, root);
        if (collectives.Rank != root)
            bytes = new byte[length];
        if (length > 0)
            collectives.Broadcast(bytes.AsSpan(), root);
        return bytes;
    }
}

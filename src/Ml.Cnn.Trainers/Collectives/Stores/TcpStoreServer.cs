using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>The store itself, where torchrun's agent has none and rank 0 must: what <see cref="TcpStore"/> asks of a server of PyTorch's.</summary>
/// <remarks>Like PyTorch's, it listens to every address of the machine and asks nobody who he is: for the closed network of a cluster.</remarks>
internal sealed class TcpStoreServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewChange();

    private TcpStoreServer(TcpListener listener) => _listener = listener;

    /// <summary>The port that it listens to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many keys there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _values.Count;
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="port">0: any that is free.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static TcpStoreServer Start(int port)
    {
        var listener = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
        listener.Start();
        var server = new TcpStoreServer(listener);
        _ = server.Accept();
        return server;
    }

    /// <summary>Listens no longer. Connections that are there end with the process.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // disposed
            }
            socket.NoDelay = true;
            _ = Serve(socket);
        }
    }

    // Whoever says something that is none of the protocol is left alone: a stranger has come to the port.
    private async Task Serve(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        await using var _ = stream.ConfigureAwait(false);
        var input = new BufferedStream(stream);
        try
        {
            var first = await ReadBytes(input, 1 + sizeof(uint)).ConfigureAwait(false);
            if ((StoreQuery)first[0] != StoreQuery.Validate || BinaryPrimitives.ReadUInt32LittleEndian(first.AsSpan(1)) != StoreProtocol.Magic)
                return;
            while (await Answer(input).ConfigureAwait(false) is { } answer)
                await stream.WriteAsync(answer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // the other side is gone, or speaks otherwise
        }
    }

    private async Task<ReadOnlyMemory<byte>?> Answer(Stream input)
    {
        switch ((StoreQuery)(await ReadBytes(input, 1).ConfigureAwait(false))[0])
        {
            case StoreQuery.Set:
                var set = await ReadKey(input).ConfigureAwait(false);
                Change(set, await ReadPiece(input, StoreProtocol.LongestValue).ConfigureAwait(false));
                return ReadOnlyMemory<byte>.Empty;
            case StoreQuery.Get:
                var value = Find(await ReadKey(input).ConfigureAwait(false)) ?? [];
                return (byte[])[.. BitConverter.GetBytes((ulong)value.Length), .. value];
            case StoreQuery.Add:
                var key = await ReadKey(input).ConfigureAwait(false);
                return BitConverter.GetBytes(Add(key, BinaryPrimitives.ReadInt64LittleEndian(await ReadBytes(input, sizeof(long)).ConfigureAwait(false))));
            case StoreQuery.Check:
                return new byte[] { HasAll(await ReadKeys(input).ConfigureAwait(false), out var _) ? (byte)0 : (byte)1 };
            case StoreQuery.Wait:
                var keys = await ReadKeys(input).ConfigureAwait(false);
                while (!HasAll(keys, out var changed))
                    await changed.ConfigureAwait(false);
                return new byte[] { 0 };
            case StoreQuery.Delete:
                var deleted = await ReadKey(input).ConfigureAwait(false);
                lock (_lock)
                    return BitConverter.GetBytes(_values.Remove(deleted) ? 1L : 0L);
            default:
                return null;
        }
    }

    private void Change(string key, byte[] value)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _values[key] = value;
            (changed, _changed) = (_changed, NewChange());
        }
        changed.SetResult();
    }

    private long Add(string key, long number)
    {
        lock (_lock)
        {
            if (_values.TryGetValue(key, out var text))
                number += long.Parse(text, CultureInfo.InvariantCulture);
            Change(key, Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
        }
        return number;
    }

    private byte[]? Find(string key)
    {
        lock (_lock)
            return _values.GetValueOrDefault(key);
    }

    private bool HasAll(string[] keys, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            return keys.All(_values.ContainsKey);
        }
    }

    private static async Task<string[]> ReadKeys(Stream input)
    {
        const int Most = 128 * 1024;
        var count = await ReadUInt64(input).ConfigureAwait(false);
        if (count > Most)
            throw new InvalidDataException($"{count} keys");
        var keys = new string[count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = await ReadKey(input).ConfigureAwait(false);
        return keys;
    }

    private static async Task<string> ReadKey(Stream input) => Encoding.UTF8.GetString(await ReadPiece(input, StoreProtocol.LongestKey).ConfigureAwait(false));

    private static async Task<byte[]> ReadPiece(Stream input, int longest)
    {
        var length = await ReadUInt64(input).ConfigureAwait(false);
        return length <= (ulong)longest ? await ReadBytes(input, (int)length).ConfigureAwait(false) : throw new InvalidDataException($"{length} bytes");
    }

    private static async Task<ulong> ReadUInt64(Stream input) =>
        BinaryPrimitives.ReadUInt64LittleEndian(await ReadBytes(input, sizeof(ulong)).ConfigureAwait(false));

    private static async Task<byte[]> ReadBytes(Stream input, int count)
    {
        var bytes = new byte[count];
        await input.ReadExactlyAsync(bytes).ConfigureAwait(false);
        return bytes;
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

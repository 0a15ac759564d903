using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>A connection to a store of keys and values that several processes share, in the protocol of PyTorch's TCPStore. For one thread at a time.</summary>
internal sealed class TcpStore : IDisposable
{
    private static readonly TimeSpan s_betweenTries = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly string _address;
    private readonly ArrayBufferWriter<byte> _request = new();

    private TcpStore(Socket socket, string address) => (_socket, _address) = (socket, address);

    /// <summary>Connects, as soon as the store is there.</summary>
    /// <param name="host">Its machine.</param>
    /// <param name="port">Its port.</param>
    /// <param name="patience">How long to try.</param>
    /// <exception cref="GroupFailureException">It cannot be reached.</exception>
    public static TcpStore Connect(string host, int port, TimeSpan patience)
    {
        var address = FormattableString.Invariant($"{host}:{port}");
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            // An attempt spoils its socket.
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Connect(host, port);
                var store = new TcpStore(socket, address);
                store.Begin(StoreQuery.Validate);
                store.Append(StoreProtocol.Magic);
                store.Send();
                return store;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                if (waiting.Elapsed > patience)
                {
                    throw new GroupFailureException($"The store at {address} (MASTER_ADDR, MASTER_PORT) could not be reached within "
                        + FormattableString.Invariant($"{patience.TotalSeconds:0} s: {e.Message}. It is in torchrun's agent or in rank 0's process."));
                }
                Thread.Sleep(s_betweenTries);
            }
        }
    }

    /// <summary>Gives a key a value, whether or not it has one.</summary>
    /// <param name="key">Up to <see cref="StoreProtocol.LongestKey"/> bytes in UTF-8.</param>
    /// <param name="value">Up to <see cref="StoreProtocol.LongestValue"/> bytes.</param>
    public void Set(string key, ReadOnlySpan<byte> value)
    {
        Begin(StoreQuery.Set);
        Append(key);
        Append((ulong)value.Length);
        Send();
        Send(value);
    }

    /// <summary>Waits until a key has a value, and reads it.</summary>
    /// <param name="key">As that of <see cref="Set"/>.</param>
    /// <param name="value">Becomes the value, which is as long.</param>
    /// <param name="look">
    /// Called about once a second while waiting, with the time that has passed; may throw, after which the connection is of no more use.
    /// </param>
    public void Get(string key, Span<byte> value, Action<TimeSpan> look)
    {
        Wait([key], look);
        Begin(StoreQuery.Get);
        Append(key);
        Send();
        var length = ReadUInt64();
        if (length != (ulong)value.Length)
            throw new GroupFailureException(FormattableString.Invariant($"The store at {_address} has {length} bytes for {key}, not {value.Length}."));
        Receive(value);
    }

    /// <summary>Reads the value of a key that has one, whatever its length.</summary>
    public byte[] Get(string key)
    {
        Begin(StoreQuery.Get);
        Append(key);
        Send();
        var length = ReadUInt64();
        if (length > StoreProtocol.LongestValue)
            throw new GroupFailureException(FormattableString.Invariant($"The store at {_address} has {length} bytes for {key}, which is too much."));
        var value = new byte[length];
        Receive(value);
        return value;
    }

    /// <summary>Waits until all keys have values.</summary>
    /// <param name="keys">As those of <see cref="Set"/>.</param>
    /// <param name="look">As that of <see cref="Get(string, Span{byte}, Action{TimeSpan})"/>.</param>
    public void Wait(IReadOnlyCollection<string> keys, Action<TimeSpan> look)
    {
        Begin(StoreQuery.Wait);
        Append((ulong)keys.Count);
        foreach (var key in keys)
            Append(key);
        Send();
        var waiting = Stopwatch.StartNew();
        while (!_socket.Poll(s_betweenLooks, SelectMode.SelectRead))
            look(waiting.Elapsed);
        Expect(ReadByte(), 0);
    }

    /// <summary>Whether a key has a value.</summary>
    public bool Has(string key)
    {
        Begin(StoreQuery.Check);
        Append(1UL);
        Append(key);
        Send();
        return ReadByte() == 0;
    }

    /// <summary>Takes a key and its value away, where it has one.</summary>
    public void Delete(string key)
    {
        Begin(StoreQuery.Delete);
        Append(key);
        Send();
        ReadUInt64();
    }

    public void Dispose() => _socket.Dispose();

    private void Begin(StoreQuery query)
    {
        _request.ResetWrittenCount();
        _request.Write([(byte)query]);
    }

    private void Append(string key)
    {
        Append((ulong)Encoding.UTF8.GetByteCount(key));
        Encoding.UTF8.GetBytes(key, _request);
    }

    private void Append(ulong number)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_request.GetSpan(sizeof(ulong)), number);
        _request.Advance(sizeof(ulong));
    }

    private void Append(uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_request.GetSpan(sizeof(uint)), number);
        _request.Advance(sizeof(uint));
    }

    private void Send() => Send(_request.WrittenSpan);

    private void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[_socket.Send(bytes)..];
        }
        catch (SocketException e)
        {
            throw Lost(e.Message);
        }
    }

    private byte ReadByte()
    {
        Span<byte> one = [0];
        Receive(one);
        return one[0];
    }

    private ulong ReadUInt64()
    {
        Span<byte> eight = stackalloc byte[sizeof(ulong)];
        Receive(eight);
        return BinaryPrimitives.ReadUInt64LittleEndian(eight);
    }

    private void Receive(Span<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                var count = _socket.Receive(bytes);
                bytes = count > 0 ? bytes[count..] : throw Lost("it has closed the connection");
            }
        }
        catch (SocketException e)
        {
            throw Lost(e.Message);
        }
    }

    private void Expect(byte answer, byte expected)
    {
        if (answer != expected)
            throw new GroupFailureException(FormattableString.Invariant($"The store at {_address} answered {answer} where only {expected} is an answer."));
    }

    private GroupFailureException Lost(string reason) =>
        new($"The store at {_address} cannot be reached any more: {reason}. The process that held it, torchrun's agent or rank 0, is gone.");
}

using System.Net;
using System.Net.Sockets;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Collectives.Stores;

namespace Ml.Cnn.Trainers.Tests.Collectives;

/// <summary>The store by which processes of torchrun find each other. tests/distribution store tries the client on PyTorch's own server.</summary>
[TestClass]
public sealed class TcpStoreTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [TestMethod]
    public void Values_are_waited_for_replaced_and_deleted()
    {
        using var server = TcpStoreServer.Start(port: 0);
        using var one = TcpStore.Connect("localhost", server.Port, s_patience);
        using var other = TcpStore.Connect("localhost", server.Port, s_patience);
        Assert.IsFalse(one.Has("ä"));
        var value = new byte[3];
        var waits = Task.Run(() => other.Get("ä", value, _ => { }));
        one.Set("b", []);
        Assert.IsFalse(waits.Wait(100), "it waits for another key");
        one.Set("ä", [1, 2, 3]);
        waits.GetAwaiter().GetResult();
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, value);
        Assert.IsEmpty(other.Get("b"));
        one.Wait(["ä", "b"], _ => Assert.Fail("both are there"));
        one.Set("ä", new byte[StoreProtocol.LongestValue]);
        Assert.IsTrue(one.Has("ä"), "and the new value has arrived");
        Assert.HasCount(StoreProtocol.LongestValue, other.Get("ä"));
        one.Delete("ä");
        Assert.IsFalse(other.Has("ä"));
        Assert.Throws<GroupFailureException>(() => one.Get("b", value, _ => { }), "another length than expected");
    }

    /// <summary>Protects from waiting without end: whoever waits looks about once a second whether it still makes sense.</summary>
    [TestMethod]
    public void Waiting_can_be_given_up()
    {
        using var server = TcpStoreServer.Start(port: 0);
        using var store = TcpStore.Connect("localhost", server.Port, s_patience);
        var looks = 0;
        Assert.Throws<TimeoutException>(() => store.Wait(["never"], waited =>
        {
            Assert.IsGreaterThan(TimeSpan.FromSeconds(0.5), waited);
            if (++looks == 2)
                throw new TimeoutException();
        }));
    }

    /// <summary>Protects a training from whoever else comes to its port: what is not of the protocol ends that connection and no other.</summary>
    [TestMethod]
    public void Strangers_are_sent_away()
    {
        using var server = TcpStoreServer.Start(port: 0);
        using var store = TcpStore.Connect("localhost", server.Port, s_patience);
        foreach (var bytes in (byte[][])["GET / HTTP/1.1\r\n\r\n"u8.ToArray(), [0, 1, 2, 3, 4], [.. Greeting, 255],
            [.. Greeting, (byte)StoreQuery.Set, .. Huge], [.. Greeting, (byte)StoreQuery.Check, .. Huge]])
        {
            using var stranger = new TcpClient("localhost", server.Port) { ReceiveTimeout = (int)s_patience.TotalMilliseconds };
            stranger.Client.Send(bytes);
            Assert.AreEqual(0, Receive(stranger.Client), $"{bytes[0]} …: the connection is closed");
        }
        store.Set("key", [1]);
        Assert.IsTrue(store.Has("key"));

        static int Receive(Socket socket)
        {
            try
            {
                return socket.Receive(new byte[1]);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                return 0;
            }
        }
    }

    [TestMethod]
    public void A_store_that_is_not_there_or_goes_away_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var store = TcpStore.Connect("127.0.0.1", port, s_patience);
        listener.AcceptSocket().Dispose();
        var gone = Assert.Throws<GroupFailureException>(() => store.Has("key"));
        Assert.Contains($"The store at 127.0.0.1:{port} cannot be reached any more", gone.Message);
        listener.Stop();
        var missing = Assert.Throws<GroupFailureException>(() => TcpStore.Connect("127.0.0.1", port, TimeSpan.Zero));
        Assert.Contains("could not be reached within 0 s", missing.Message);
    }

    private static byte[] Greeting => [(byte)StoreQuery.Validate, .. BitConverter.GetBytes(StoreProtocol.Magic)];

    private static byte[] Huge => BitConverter.GetBytes(ulong.MaxValue);
}

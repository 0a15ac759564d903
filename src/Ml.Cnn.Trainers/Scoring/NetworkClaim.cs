using Ml.Cnn.Trainers.Compilation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>
/// One holder's claim on a network that several may hold. The network's memory, on a GPU too, is freed when the last claim is given up and no
/// forward pass is under way; that of a claim that is forgotten, by the finalizers.
/// </summary>
/// <remarks>
/// A claim has one owner at first. ML.NET's prediction engines dispose the model that they were made of: each is counted as one owner more
/// when it takes the model's mapper, so that an engine's end leaves the model as it was.
/// </remarks>
internal sealed class NetworkClaim : IDisposable
{
    private readonly Shared _shared;
    private readonly string _name;
    private int _owners = 1;

    /// <param name="engine">What computes the network; disposed with the last claim.</param>
    /// <param name="name">The network's name, for messages.</param>
    public NetworkClaim(NetworkEngine engine, string name) : this(new Shared(engine), name) { }

    private NetworkClaim(Shared shared, string name) => (_shared, _name) = (shared, name);

    /// <summary>What computes the network. Whoever computes with it holds a <see cref="Use"/>.</summary>
    public NetworkEngine Engine => _shared.Engine;

    /// <summary>The engine of a network that libtorch computes.</summary>
    /// <exception cref="InvalidOperationException">Another engine computes it.</exception>
    public LibtorchEngine Libtorch => Engine as LibtorchEngine ?? throw new InvalidOperationException($"{_name} is not computed by libtorch.");

    /// <summary>A network that libtorch computes. Whoever computes with it while others may dispose claims holds a <see cref="Use"/>.</summary>
    /// <exception cref="ObjectDisposedException">The claim was given up.</exception>
    /// <exception cref="InvalidOperationException">Another engine computes it.</exception>
    public Module<Tensor, Tensor> Network
    {
        get
        {
            Check();
            return Libtorch.Network;
        }
    }

    /// <summary>Makes sure that the network is still there.</summary>
    /// <exception cref="ObjectDisposedException">The claim was given up.</exception>
    public void Check()
    {
        lock (_shared)
            ThrowIfGivenUp();
    }

    /// <summary>Another holder's claim on the same network.</summary>
    /// <exception cref="ObjectDisposedException">This claim was given up.</exception>
    public NetworkClaim Another()
    {
        lock (_shared)
        {
            ThrowIfGivenUp();
            _shared.Claims++;
            return new(_shared, _name);
        }
    }

    /// <summary>Keeps the network's memory until the result is disposed, whatever becomes of the claims.</summary>
    /// <exception cref="ObjectDisposedException">The claim was given up.</exception>
    public IDisposable Use() => Another();

    /// <summary>Counts one more who will dispose this claim.</summary>
    /// <exception cref="ObjectDisposedException">The claim was given up.</exception>
    public void AddOwner()
    {
        lock (_shared)
        {
            ThrowIfGivenUp();
            _owners++;
        }
    }

    /// <summary>Whether every owner has given the claim up.</summary>
    public bool IsGivenUp
    {
        get
        {
            lock (_shared)
                return _owners == 0;
        }
    }

    /// <summary>Gives the claim up once every owner has called this. Further calls do nothing.</summary>
    public void Dispose()
    {
        lock (_shared)
        {
            if (_owners == 0 || --_owners > 0 || --_shared.Claims > 0)
                return;
        }
        _shared.Free();
    }

    private void ThrowIfGivenUp()
    {
        if (_owners == 0)
            throw new ObjectDisposedException(nameof(CnnTransformer), $"The model of {_name} was disposed, and its weights are gone. Load or train it again, "
                + "or dispose it only once nothing reads scores or makes prediction engines from it any more.");
    }

    private sealed class Shared(NetworkEngine engine)
    {
        public NetworkEngine Engine => engine;

        public int Claims { get; set; } = 1;

        public void Free()
        {
            engine.Dispose();
            Runtime.GlibcAllocator.Trim();
        }
    }
}

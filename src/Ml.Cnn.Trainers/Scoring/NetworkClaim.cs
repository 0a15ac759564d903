using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
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

    /// <param name="network">In evaluation mode from now on; disposed with the last claim.</param>
    /// <param name="name">The network's name, for messages.</param>
    /// <param name="shape">Its input and output.</param>
    /// <param name="plan">Where it runs.</param>
    public NetworkClaim(Module<Tensor, Tensor> network, string name, NetworkShape shape, ExecutionPlan plan)
        : this(new Shared(network, new(network, name, shape, plan)), name) => network.eval();

    private NetworkClaim(Shared shared, string name) => (_shared, _name) = (shared, name);

    /// <summary>The network. Whoever computes with it while others may dispose claims holds a <see cref="Use"/>.</summary>
    /// <exception cref="ObjectDisposedException">The claim was given up.</exception>
    public Module<Tensor, Tensor> Network
    {
        get
        {
            lock (_shared)
                ThrowIfGivenUp();
            return _shared.Network;
        }
    }

    /// <summary>The network's copies that compute scores. Whoever computes with them holds a <see cref="Use"/>.</summary>
    public NetworkCopies Copies => _shared.Copies;

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

    private sealed class Shared(Module<Tensor, Tensor> network, NetworkCopies copies)
    {
        public NetworkCopies Copies => copies;

        public Module<Tensor, Tensor> Network => network;

        public int Claims { get; set; } = 1;

        public void Free()
        {
            copies.Dispose();
            foreach (var tensor in network.parameters().Concat(network.buffers()))
                tensor.Dispose();
            network.Dispose();
            Runtime.GlibcAllocator.Trim();
        }
    }
}

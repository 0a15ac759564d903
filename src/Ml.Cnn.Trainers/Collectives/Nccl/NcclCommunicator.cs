using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>
/// Processes with a GPU each, whose tensors NCCL sums where they lie: in libtorch's own stream, with what is computed before and after, or in one beside it.
/// </summary>
internal sealed unsafe class NcclCommunicator : IConcurrentSums
{
    // ncclDataType_t and ncclRedOp_t of nccl.h.
    private const int Float32 = 7;
    private const int Float64 = 8;
    private const int BFloat16 = 9;
    private const int Add = 0;

    private readonly NcclLibrary _nccl;
    private readonly nint _communicator;
    private SideStream? _beside;

    /// <param name="nccl">Loaded in all processes.</param>
    /// <param name="collectives">Tells all of them the number that the first has made.</param>
    /// <param name="device">The GPU of this process.</param>
    public NcclCommunicator(NcclLibrary nccl, ICollectives collectives, int device)
    {
        _nccl = nccl;
        NcclUniqueId id;
        if (collectives.Rank == 0)
            nccl.Check(nccl.GetUniqueId(&id), "the number of a group");
        collectives.Broadcast(new Span<byte>(id.Bytes, NcclUniqueId.Size));
        CudaContext.Use(device);
        nint communicator;
        nccl.Check(nccl.InitRank(&communicator, collectives.World, id, collectives.Rank), "joining the processes");
        _communicator = communicator;
    }

    /// <summary>As <see cref="ICollectives.Sum"/>, but that bfloat16 is rounded after every addition.</summary>
    /// <param name="tensor">On the GPU.</param>
    public void Sum(Tensor tensor) => Sum(tensor, stream: 0);

    public void Begin(Tensor tensor)
    {
        _beside ??= new();
        _beside.Follow();
        Sum(tensor, _beside.Handle);
    }

    public void End() => _beside?.Lead();

    private void Sum(Tensor tensor, nint stream)
    {
        var type = tensor.dtype switch
        {
            ScalarType.Float32 => Float32,
            ScalarType.Float64 => Float64,
            ScalarType.BFloat16 => BFloat16,
            _ => throw CollectiveValues.NoSumOf(tensor),
        };
        var address = tensor.Address();
        _nccl.Check(_nccl.AllReduce(address, address, (nuint)tensor.numel(), type, Add, _communicator, stream), "a sum");
        GC.KeepAlive(tensor);
    }
}

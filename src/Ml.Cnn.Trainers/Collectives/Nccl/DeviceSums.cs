using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives.Nccl;

/// <summary>Sums of tensors that lie on GPUs: by NCCL where every process has it and a GPU of its own, by way of the processes' memory otherwise.</summary>
/// <param name="collectives">Carries what is small, and what is in memory.</param>
internal sealed class DeviceSums(ICollectives collectives)
{
    private NcclCommunicator? _nccl;
    private bool _isJoined;

    /// <summary>As <see cref="ICollectives.Sum"/>.</summary>
    /// <param name="tensor">On a GPU.</param>
    public void Sum(Tensor tensor)
    {
        if (Nccl(tensor.device_index) is { } nccl)
        {
            nccl.Sum(tensor);
            return;
        }
        using var here = tensor.cpu();
        collectives.Sum(here);
        tensor.copy_(here);
    }

    /// <summary>Sums beside what a GPU computes; null where they go by way of memory.</summary>
    /// <param name="device">Of the tensors; every process asks.</param>
    public IConcurrentSums? Concurrent(Device device) => device.type == TorchSharp.DeviceType.CUDA ? Nccl(device.index) : null;

    private NcclCommunicator? Nccl(int device)
    {
        if (!_isJoined)
            (_nccl, _isJoined) = (Join(device), true);
        return _nccl;
    }

    // All decide alike. NCCL takes no two processes on one GPU.
    private NcclCommunicator? Join(int device)
    {
        const int None = -1;
        var library = NcclLibrary.TryLoad();
        var devices = collectives.Gather(library is null ? None : device).Select(row => (int)row[0]).ToArray();
        var places = devices.Zip(collectives.Members, (index, member) => (member.Host, index)).ToArray();
        return library is null || devices.Contains(None) || places.Distinct().Count() < places.Length ? null : new(library, collectives, device);
    }
}

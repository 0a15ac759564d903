using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>The way of a batch to where the network is.</summary>
internal static class DeviceTransfer
{
    /// <summary>
    /// The tensor on a device. To a GPU the tensor goes by way of pinned memory, and nobody waits for it: libtorch keeps that memory until the
    /// copy is done, and the tensor itself may be overwritten at once. A tensor that is on the device already is not copied.
    /// </summary>
    /// <param name="host">On the CPU.</param>
    /// <param name="device">Where to.</param>
    public static Tensor BringTo(this Tensor host, Device device)
    {
        if (device.type != DeviceType.CUDA)
            return host.to(device);
        using var pinned = host.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}

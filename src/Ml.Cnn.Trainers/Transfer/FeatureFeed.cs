using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>Rows of features instead of images: what a network's head sees of each, computed batch by batch while they are read.</summary>
internal sealed class FeatureFeed : IRowFeed
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly HeadOnly _head;
    private readonly Device _device;
    private readonly IRowFeed _images;
    private readonly IEnumerator<ImageBatch> _batches;
    private readonly ImageRow _row = new();
    private float[] _features = [];
    private ImageBatch? _batch;
    private int _next;

    /// <param name="network">The whole network, on <paramref name="device"/>; it is run as it scores.</param>
    /// <param name="head">Its end.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="images">The rows. Disposed with this feed.</param>
    /// <param name="batches">Decodes them; not by chance, for the features are computed once.</param>
    /// <param name="cancellation">Ends the feed.</param>
    public FeatureFeed(Module<Tensor, Tensor> network, HeadOnly head, Device device, IRowFeed images, BatchQueue batches, CancellationToken cancellation)
    {
        (_network, _head, _device, _images) = (network, head, device, images);
        _batches = batches.Read(images, epoch: 0, cancellation).GetEnumerator();
    }

    /// <summary>Whose features were read so far.</summary>
    public ulong Images { get; private set; }

    public bool TryRead([NotNullWhen(true)] out ImageRow? row)
    {
        if (_batch is null || _next == _batch.Count)
        {
            if (!_batches.MoveNext())
            {
                row = null;
                return false;
            }
            _batch = _batches.Current;
            _next = 0;
            Compute(_batch);
        }
        var length = (int)_head.Length;
        _features.AsSpan(_next * length, length).CopyTo(_row.Content.Room<float>(length));
        (_row.Label, _row.Weight, _row.Id) = ((uint)_batch.Label(_next) + 1, _batch.Weight(_next), Images++);
        _next++;
        row = _row;
        return true;
    }

    public void Recycle(ImageRow row) { } // there is one only

    public void Dispose()
    {
        _batches.Dispose();
        _images.Dispose();
    }

    private void Compute(ImageBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _network.eval();
        Tensor? seen = null;
        using (new ForwardTrace((layer, inputs, _) => seen = ReferenceEquals(layer, _head.Head)
            ? inputs[0].to(float32).cpu().reshape(batch.Count, -1).contiguous() : seen))
            _network.forward(batch.Pixels.BringTo(_device)).Dispose();
        var length = batch.Count * (int)_head.Length;
        if (_features.Length < length)
            _features = GC.AllocateUninitializedArray<float>(length);
        seen!.bytes.CopyTo(MemoryMarshal.AsBytes(_features.AsSpan(0, length)));
    }
}

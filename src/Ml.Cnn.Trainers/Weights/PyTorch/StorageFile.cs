using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>A PyTorch file whose pickle was read: what it holds, and where the elements of its storages lie.</summary>
internal abstract class StorageFile
{
    /// <summary>What was saved, in which tensors are <see cref="TensorReference"/>s.</summary>
    public abstract object? Root { get; }

    /// <summary>Checks that the file has as many bytes for a storage as it claims, before anything is allocated for it.</summary>
    /// <exception cref="WeightsFormatException">The file has no such storage, or another number of bytes for it.</exception>
    public abstract void Check(StorageReference storage);

    /// <summary>Reads the elements of a storage.</summary>
    /// <param name="storage">One that was checked.</param>
    /// <param name="destination">A contiguous CPU tensor of as many bytes.</param>
    /// <exception cref="EndOfStreamException">The file ends before that.</exception>
    public abstract void Read(StorageReference storage, Tensor destination);

    /// <summary>Storage references from persistent ids: ('storage', class, key, device, elements), and None in the older format.</summary>
    protected sealed class Storages
    {
        private readonly Dictionary<string, StorageReference> _byKey = [];

        public IReadOnlyDictionary<string, StorageReference> ByKey => _byKey;

        public StorageReference Find(PickledSequence id)
        {
            if (id.Items is not ["storage", StorageClass storageClass, string key, string, long count, .. var view] || view is not ([] or [null])
                || count < 0 || count > long.MaxValue / storageClass.ElementSize)
                throw new WeightsFormatException("The pickle speaks of a storage otherwise than PyTorch does.");
            var storage = new StorageReference(key, storageClass.Type, storageClass.ElementSize, count);
            if (!_byKey.TryAdd(key, storage) && _byKey[key] != storage)
                throw new WeightsFormatException($"The storage '{Listing.Shortened(key)}' has two types or two sizes.");
            return _byKey[key];
        }
    }
}

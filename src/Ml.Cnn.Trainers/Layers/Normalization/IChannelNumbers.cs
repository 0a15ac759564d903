using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>How the channels of a pixel lie in memory, for kernels that are written once for all types of numbers and compute in float32.</summary>
/// <remarks>A kernel takes a block of channels at a time: as many as two vectors hold. In which order is the type's own affair.</remarks>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IChannelNumbers<TVector>
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>The first vector of the block at an address.</summary>
    static abstract TVector First(byte* from);

    /// <summary>The second one.</summary>
    static abstract TVector Second(byte* from);

    /// <summary>Writes a block.</summary>
    static abstract void Store(TVector first, TVector second, byte* to);

    /// <summary>Which channel of a block lies at a place in its two vectors.</summary>
    static abstract int Channel(int place);
}

/// <summary>float32: one vector behind the other.</summary>
internal readonly unsafe struct Float32Channels<TVectors, TVector> : IChannelNumbers<TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    public static int Size => sizeof(float);

    public static TVector First(byte* from) => TVectors.Load((float*)from);

    public static TVector Second(byte* from) => TVectors.Load((float*)from + TVectors.Count);

    public static void Store(TVector first, TVector second, byte* to)
    {
        TVectors.Store(first, (float*)to);
        TVectors.Store(second, (float*)to + TVectors.Count);
    }

    public static int Channel(int place) => place;
}

/// <summary>bfloat16: the even channels in one vector and the odd in the other, so that a shift or a mask takes them out and nothing changes places.</summary>
internal readonly unsafe struct BFloat16Channels<TVectors, TVector> : IChannelNumbers<TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    public static int Size => sizeof(ushort);

    public static TVector First(byte* from) => TVectors.LoadEven((ushort*)from);

    public static TVector Second(byte* from) => TVectors.LoadOdd((ushort*)from);

    public static void Store(TVector first, TVector second, byte* to) => TVectors.Store(first, second, (ushort*)to);

    public static int Channel(int place) => place < TVectors.Count ? 2 * place : 2 * (place - TVectors.Count) + 1;
}

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>What is asked of a store: the first byte of a request (PyTorch 2.2 and later, TCPStoreBackend.hpp).</summary>
internal enum StoreQuery : byte
{
    /// <summary>The first request of a connection: <see cref="StoreProtocol.Magic"/>. No answer.</summary>
    Validate,

    /// <summary>Key, value. No answer.</summary>
    Set,
    CompareSet,

    /// <summary>Key, which is there. The answer is its value.</summary>
    Get,

    /// <summary>Key, a number (int64). The answer is the sum of all that were added; the value is its decimal text.</summary>
    Add,

    /// <summary>How many (uint64), keys. The answer is 0 where all are there, and 1 otherwise (byte).</summary>
    Check,

    /// <summary>How many (uint64), keys. The answer is 0 (byte), when all are there.</summary>
    Wait,
    CountKeys,

    /// <summary>Key. The answer is how many were deleted (int64).</summary>
    Delete,
}

/// <summary>What both sides of a store's connection know. Numbers are little-endian; keys and values are their length (uint64) and their bytes.</summary>
internal static class StoreProtocol
{
    public const uint Magic = 0x3C85F7CE;

    /// <summary>Bytes of the longest key, of PyTorch's servers and of ours.</summary>
    public const int LongestKey = 8 * 1024;

    /// <summary>Bytes of the longest value, likewise.</summary>
    public const int LongestValue = 8 * 1024 * 1024;
}

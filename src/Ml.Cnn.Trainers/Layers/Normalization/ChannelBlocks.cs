namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>The channels of a pixel as blocks that two vectors hold. The last block ends with the last channel, and may begin in the block before it.</summary>
/// <param name="Channels">As many as a block, or more.</param>
/// <param name="Block">Channels of a block.</param>
internal readonly record struct ChannelBlocks(int Channels, int Block)
{
    /// <summary>How many blocks.</summary>
    public int Count => (Channels + Block - 1) / Block;

    /// <summary>Numbers of all blocks.</summary>
    public int Length => Count * Block;

    /// <summary>The block's first channel.</summary>
    public int First(int block) => Math.Min(block * Block, Channels - Block);
}

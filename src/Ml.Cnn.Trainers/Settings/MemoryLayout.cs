namespace Ml.Cnn.Trainers;

/// <summary>How images and filters lie in memory while a network is trained. It changes the speed, and sums in their last bits.</summary>
public enum MemoryLayout
{
    /// <summary>What is faster for the network on its device, by rule: see <see cref="CnnTrainingPlan"/>. Small networks take contiguous.</summary>
    Auto,

    /// <summary>Height × width × channels: the channels of a pixel side by side, which suits most convolutions in bfloat16.</summary>
    ChannelsLast,

    /// <summary>Channels × height × width: one plane after the other.</summary>
    Contiguous,
}

namespace Ml.Cnn.Trainers;

/// <summary>The order of the values in a vector of pixels.</summary>
public enum PixelLayout
{
    /// <summary>
    /// From the dimensions: two are height × width of a gray image; of three, the last is the channels if it is 1, 3 or 4
    /// (height × width × channels), else the first.
    /// </summary>
    Auto,

    /// <summary>Height × width × channels: the colors of a pixel lie side by side.</summary>
    HeightWidthChannels,

    /// <summary>Channels × height × width: one plane after the other.</summary>
    ChannelsHeightWidth,
}

namespace Ml.Cnn.Trainers;

/// <summary>What a TorchScript file takes and gives: see <see cref="CnnTransformer.SaveTorchScript"/>.</summary>
public sealed record TorchScriptExportOptions
{
    /// <summary>
    /// Whether the file gives the probabilities of the classes, as the model's score column has them for one view of an image: the softmax of the logits,
    /// divided by the temperature where the model was calibrated. Default false: the logits.
    /// </summary>
    public bool Probabilities { get; init; }

    /// <summary>
    /// Where the file takes pixels and normalizes them itself, their order: uint8 from 0 to 255, N × height × width × channels
    /// (<see cref="PixelLayout.HeightWidthChannels"/>) or N × channels × height × width (<see cref="PixelLayout.ChannelsHeightWidth"/>), of images that are
    /// resized and cropped. Default null: the file takes what the network takes, normalized float32, N × channels × height × width.
    /// </summary>
    public PixelLayout? Pixels { get; init; }

    internal void Check()
    {
        if (Pixels is not (null or PixelLayout.HeightWidthChannels or PixelLayout.ChannelsHeightWidth))
        {
            throw new ArgumentOutOfRangeException(nameof(Pixels), Pixels,
                $"A file takes pixels in one order: {nameof(PixelLayout.HeightWidthChannels)} or {nameof(PixelLayout.ChannelsHeightWidth)}.");
        }
    }
}

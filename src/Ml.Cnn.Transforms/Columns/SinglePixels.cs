using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Pixels from 0 to 255, as float32 (the default scale of ExtractPixels).</summary>
internal sealed class SinglePixels() : PixelVectors<float>(NumberDataViewType.Single)
{
    public override bool IsUsedAsItIs => true;

    // Numbers keep their precision: (value / 255 − mean) / deviation without a detour over bytes.
    public override void Normalize(ImageContent content, ImageColumnFormat format, Normalization normalization, bool channelsLast, Span<float> destination)
    {
        var source = Checked(content, format);
        var plane = format.Height * format.Width;
        var (pixelStep, channelStep) = Steps(format.ChannelsFirst);
        var (toPixelStep, toChannelStep) = Steps(!channelsLast);
        for (var c = 0; c < format.Channels; c++)
        {
            var (scale, offset) = (1 / (255 * normalization.Deviation[c]), -normalization.Mean[c] / normalization.Deviation[c]);
            for (var i = 0; i < plane; i++)
                destination[i * toPixelStep + c * toChannelStep] = source[i * pixelStep + c * channelStep] * scale + offset;
        }

        (int Pixel, int Channel) Steps(bool channelsFirst) => channelsFirst ? (1, plane) : (format.Channels, 1);
    }

    /// <summary>Rounded to bytes, for people to look at.</summary>
    public override PixelImage Decode(ImageContent content, ImageColumnFormat format, PixelImage room, DecodeOptions? options = null)
    {
        var source = Checked(content, format);
        room.Reset(format.Width, format.Height, format.Channels);
        var destination = room.Pixels;
        var (pixelStep, channelStep) = format.ChannelsFirst ? (1, format.Height * format.Width) : (format.Channels, 1);
        for (var i = 0; i < destination.Length; i++)
        {
            var value = source[i / format.Channels * pixelStep + i % format.Channels * channelStep];
            destination[i] = float.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(MathF.Round(value), 0, 255);
        }
        return room;
    }

    public override float? LargestValue(ImageContent content)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in content.Values<float>())
            largest = Math.Max(largest, value);
        return largest;
    }
}

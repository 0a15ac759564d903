using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Pixels from 0 to 255, as bytes.</summary>
internal sealed class BytePixels() : PixelVectors<byte>(NumberDataViewType.Byte)
{
    public override PixelImage Decode(ImageContent content, ImageColumnFormat format, PixelImage room, DecodeOptions? options = null)
    {
        var source = Checked(content, format);
        room.Reset(format.Width, format.Height, format.Channels);
        var destination = room.Pixels;
        if (!format.ChannelsFirst || format.Channels == 1)
        {
            source.CopyTo(destination);
            return room;
        }
        var plane = format.Height * format.Width;
        for (var c = 0; c < format.Channels; c++)
            for (var i = 0; i < plane; i++)
                destination[i * format.Channels + c] = source[c * plane + i];
        return room;
    }
}

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>0 is a smoothed image, 1 the image, 2 one as much sharper. The outermost pixels stay, as in Pillow.</summary>
internal static class SharpnessAdjustment
{
    public static void Adjust(AugmentationScratch scratch, double factor)
    {
        var source = scratch.Image;
        if (factor == 1 || source.Width < 3 || source.Height < 3)
            return;
        var result = scratch.Room(source.Width, source.Height);
        var from = source.Pixels;
        var to = result.Pixels;
        from.CopyTo(to);
        var (channels, stride, share) = (source.Channels, source.Width * source.Channels, (float)factor);
        for (var y = 1; y < source.Height - 1; y++)
        {
            var above = from.Slice((y - 1) * stride, stride);
            var row = from.Slice(y * stride, stride);
            var below = from.Slice((y + 1) * stride, stride);
            var target = to.Slice(y * stride, stride);
            for (var i = channels; i < stride - channels; i++)
            {
                if (channels == 4 && i % 4 == 3)
                    continue;
                int left = i - channels, right = i + channels;
                // The kernel is 1 1 1, 1 5 1, 1 1 1, divided by 13.
                var around = above[left] + above[i] + above[right] + row[left] + row[right] + below[left] + below[i] + below[right];
                int smooth = (int)((around + 5 * row[i]) / 13f + 0.5f);
                target[i] = (byte)Math.Clamp(smooth + share * (row[i] - smooth), 0, 255);
            }
        }
        scratch.Take(result);
    }
}

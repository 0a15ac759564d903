namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Numbers from 0 to 1 as colors.</summary>
internal static class ColorMap
{
    // Nine places, evenly spaced, on the way that Mikhailov's Turbo (2019) takes: lightness rises to the middle and falls after it without a kink.
    private static readonly (byte Red, byte Green, byte Blue)[] s_places =
    [
        (48, 18, 59), (70, 107, 227), (40, 188, 235), (50, 242, 152), (164, 252, 60), (238, 207, 58), (251, 126, 33), (208, 48, 5), (122, 4, 3),
    ];

    /// <summary>From dark blue, 0, over green to dark red, 1.</summary>
    /// <param name="value">0 to 1; what is outside has the color of the nearer end.</param>
    public static (byte Red, byte Green, byte Blue) Heat(float value)
    {
        var place = Math.Clamp(value, 0, 1) * (s_places.Length - 1);
        var below = Math.Min((int)place, s_places.Length - 2);
        var (from, to, share) = (s_places[below], s_places[below + 1], place - below);
        return (Mixed(from.Red, to.Red, share), Mixed(from.Green, to.Green, share), Mixed(from.Blue, to.Blue, share));
    }

    /// <summary>A mixture of two shades.</summary>
    /// <param name="from">The one.</param>
    /// <param name="to">The other.</param>
    /// <param name="share">The other's share, 0 to 1.</param>
    public static byte Mixed(byte from, byte to, float share) => (byte)MathF.Round(from + (to - from) * share);
}

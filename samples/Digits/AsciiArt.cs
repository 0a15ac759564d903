namespace Digits;

/// <summary>An image in letters: two rows of pixels in each line, since letters are about twice as high as wide.</summary>
internal static class AsciiArt
{
    private const int Size = 28;
    private const string Shades = " .:-=+*#%@";

    public static void Write(byte[] pixels)
    {
        for (var y = 0; y < Size; y += 2)
        {
            var line = Enumerable.Range(0, Size).Select(x => Shade((pixels[y * Size + x] + pixels[(y + 1) * Size + x]) / 2));
            Console.WriteLine("  " + string.Concat(line).TrimEnd());
        }
    }

    private static char Shade(int gray) => Shades[gray * Shades.Length / 256];
}

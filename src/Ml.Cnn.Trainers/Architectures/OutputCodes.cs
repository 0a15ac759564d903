using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The codes of ±1 that LeNet-5's output compares layer F6 with: images of the digits, 7 pixels wide and 12 high.</summary>
/// <remarks>
/// Drawn in the manner of the paper's figure 3 (LeCun et al. 1998, §II.B): a digit is ten rows high and stands on two empty ones. The i-th class has
/// the image of the digit i. Classes after the tenth have codes "chosen at random with equal probabilities for −1 and +1", which the paper
/// names as the alternative: bit b of class c is that of <see cref="RandomBit"/>, the same everywhere and for ever.
/// </remarks>
internal static class OutputCodes
{
    /// <summary>Units of F6, and pixels of an image.</summary>
    public const int Length = Width * Height;

    private const int Width = 7;
    private const int Height = 12;

    private static readonly string[] Digits =
    [
        """
        ..###..
        .##.##.
        ##...##
        ##...##
        ##...##
        ##...##
        ##...##
        ##...##
        .##.##.
        ..###..
        .......
        .......
        """,
        """
        ...##..
        ..###..
        .####..
        ...##..
        ...##..
        ...##..
        ...##..
        ...##..
        ...##..
        .######
        .......
        .......
        """,
        """
        .#####.
        ##...##
        #....##
        .....##
        ....##.
        ...##..
        ..##...
        .##....
        ##.....
        #######
        .......
        .......
        """,
        """
        #######
        .....##
        ....##.
        ...##..
        ..####.
        .....##
        .....##
        .....##
        ##...##
        .#####.
        .......
        .......
        """,
        """
        ....##.
        ...###.
        ..####.
        .##.##.
        ##..##.
        ##..##.
        #######
        ....##.
        ....##.
        ....##.
        .......
        .......
        """,
        """
        #######
        ##.....
        ##.....
        ##.....
        ######.
        .....##
        .....##
        .....##
        ##...##
        .#####.
        .......
        .......
        """,
        """
        ..####.
        .##....
        ##.....
        ##.....
        ######.
        ###..##
        ##...##
        ##...##
        ###..##
        .#####.
        .......
        .......
        """,
        """
        #######
        .....##
        .....##
        ....##.
        ...##..
        ...##..
        ..##...
        ..##...
        ..##...
        ..##...
        .......
        .......
        """,
        """
        .#####.
        ##...##
        ##...##
        ##...##
        .#####.
        ##...##
        ##...##
        ##...##
        ##...##
        .#####.
        .......
        .......
        """,
        """
        .#####.
        ##..###
        ##...##
        ##...##
        ##..###
        .######
        .....##
        .....##
        ....##.
        .####..
        .......
        .......
        """,
    ];

    /// <summary>The first codes: classes × 84, float32. The caller disposes it.</summary>
    public static Tensor For(int classes)
    {
        var values = new float[(long)classes * Length];
        for (var c = 0; c < classes; c++)
        {
            var image = c < Digits.Length ? string.Concat(Digits[c].Split('\n')) : null;
            for (var b = 0; b < Length; b++)
                values[(long)c * Length + b] = (image is null ? RandomBit(c, b) : image[b] == '#') ? 1 : -1;
        }
        return tensor(values, [classes, Length], device: get_default_device());
    }

    /// <summary>The top bit of the finalizer of splitmix64 at c · 84 + b + 1 times its increment.</summary>
    private static bool RandomBit(int c, int b) => SplitMix64.Mix(((ulong)c * Length + (ulong)b + 1) * SplitMix64.Step) >> 63 == 1;
}

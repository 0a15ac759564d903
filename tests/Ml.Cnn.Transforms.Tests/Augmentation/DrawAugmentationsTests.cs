using Microsoft.ML;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>Contact sheets of augmented images.</summary>
[TestClass]
public sealed class DrawAugmentationsTests
{
    private static readonly SKColor[] s_colors = [SKColors.Red, SKColors.Lime, SKColors.Blue];
    private static readonly ImageAugmentation s_recipe = new([new RandomHorizontalFlip()]);
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void Classes_take_turns_and_bad_images_are_passed_over()
    {
        byte[] bad = [1, 2, 3];
        (byte[], string)[] images = [.. Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? Png(s_colors[i % 3]) : bad, "abc"[i % 3].ToString()))];
        var data = _mlContext.Data.LoadImages(images);
        // Half are bad, so that the turns are uneven; every image that there is comes for a larger number.
        using var all = Draw(data, images: 100);
        Assert.AreEqual(4 + 15 * 104, all.Height);
        CollectionAssert.AreEqual(s_colors.SelectMany(color => Enumerable.Repeat(color, 5)).ToArray(), Colors(all, 15));

        using var three = Draw(_mlContext.Data.LoadImages(images.Where(image => image.Item1 != bad)), images: 3);
        CollectionAssert.AreEqual(s_colors, Colors(three, 3));
    }

    [TestMethod]
    public void The_whole_original_keeps_its_proportions()
    {
        using var sheet = Draw(_mlContext.Data.LoadImages([(Png(SKColors.Red, 400, 200), "a")]), images: 1);
        Assert.AreEqual(SKColors.White, sheet.GetPixel(54, 4 + 20));
        Assert.AreEqual(SKColors.Red, sheet.GetPixel(54, 4 + 30));
        Assert.AreEqual(SKColors.Red, sheet.GetPixel(4 + 100 + 16, 4), "the view fills its cell");
    }

    [TestMethod]
    public void What_cannot_be_drawn_is_said()
    {
        var data = _mlContext.Data.LoadImages([(new byte[] { 1 }, "a")]);
        Assert.Contains("no image", Assert.ThrowsExactly<InvalidOperationException>(() => _mlContext.Data.DrawAugmentations(data, s_recipe)).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _mlContext.Data.DrawAugmentations(data, s_recipe, images: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _mlContext.Data.DrawAugmentations(data, s_recipe, labelColumnName: "Class"));
    }

    private SKBitmap Draw(IDataView data, int images) =>
        SKBitmap.Decode(_mlContext.Data.DrawAugmentations(data, s_recipe, images, views: 1, imageSize: 100));

    private static SKColor[] Colors(SKBitmap sheet, int rows) => [.. Enumerable.Range(0, rows).Select(row => sheet.GetPixel(54, 54 + row * 104))];

    private static byte[] Png(SKColor color, int width = 50, int height = 50)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(color);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}

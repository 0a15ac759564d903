using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>The views of an image that scoring looks at, and how they are written.</summary>
[TestClass]
public sealed class TestTimeAugmentationTests
{
    /// <summary>Protects models and command lines: what is written is read again, in any culture.</summary>
    [TestMethod]
    [DataRow("none", "none", 1)]
    [DataRow("center", "none", 1)]
    [DataRow("Flip", "flip", 2)]
    [DataRow("ten", "five+flip", 10)]
    [DataRow("grid5 + flip + scales", "grid5+flip+scales:1,1.1428571428571428,1.2857142857142858", 150)]
    [DataRow("scales:1,1.5+logits", "scales:1,1.5+logits", 2)]
    [DataRow("dense+flip", "dense+flip", 2)]
    [DataRow("logits+flip+shift1", "shift1+flip+logits", 6)]
    [DataRow("five+shift2", "five+shift2", 15)]
    public void Its_text_is_read_again(string text, string canonical, int views)
    {
        var former = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            var parsed = TestTimeAugmentation.Parse(text);

            Assert.AreEqual(canonical, parsed.ToString());
            Assert.AreEqual(views, parsed.Views);
            Assert.AreEqual(parsed, TestTimeAugmentation.Parse(canonical));
            Assert.AreEqual(parsed, JsonSerializer.Deserialize<TestTimeAugmentation>(JsonSerializer.Serialize(parsed)));
        }
        finally
        {
            CultureInfo.CurrentCulture = former;
        }
    }

    /// <summary>Protects from typing errors.</summary>
    [TestMethod]
    [DataRow("six")]
    [DataRow("")]
    [DataRow("grid1")]
    [DataRow("grid17")]
    [DataRow("grid")]
    [DataRow("shift")]
    [DataRow("shift65")]
    [DataRow("dense+shift1")]
    [DataRow("scales:0.5")]
    [DataRow("scales:1,NaN")]
    [DataRow("scales:9")]
    [DataRow("flip,ten")]
    public void Other_text_is_refused(string text) => Assert.ThrowsExactly<FormatException>(() => TestTimeAugmentation.Parse(text));

    /// <summary>Protects models that were saved when there were crops alone.</summary>
    [TestMethod]
    [DataRow("Center", "none")]
    [DataRow("Five", "five")]
    [DataRow("Ten", "five+flip")]
    public void Crops_of_older_models_are_read(string crops, string expected)
    {
        var saved = JsonSerializer.Deserialize<ImagePreprocessing>($$"""{ "crops": "{{crops}}", "ResizeShortSide": 256 }""")!;

        Assert.AreEqual(expected, saved.TestTime.ToString());
        Assert.DoesNotContain("crops", JsonSerializer.Serialize(saved));
    }

    /// <summary>
    /// Protects what a shifted view sees: the image itself, and what a border that is reflected, as PyTorch's "reflect" pads, shows from further up and left, and
    /// from further down and right; mirrored last.
    /// </summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Shifted_views_lie_in_a_reflected_border(int shift)
    {
        const int Width = 7, Height = 5;
        var image = new PixelImage(Width, Height, 3);
        new Random(1).NextBytes(image.Pixels);
        var preprocessing = new ImagePreprocessing { Width = Width, Height = Height, TestTime = new() { Shift = shift, Mirror = true } };
        var views = preprocessing.Views();

        Assert.HasCount(6, views);
        foreach (var (view, offset, isMirrored) in views.Zip((int[])[0, -shift, shift, 0, -shift, shift], (bool[])[false, false, false, true, true, true]))
        {
            var pixels = new byte[view.ByteCount];
            view.Apply(image, pixels);
            for (var i = 0; i < pixels.Length; i++)
            {
                var (x, y, channel) = (i / 3 % Width, i / 3 / Width, i % 3);
                var from = (Padded(y + offset, Height) * Width + Padded((isMirrored ? Width - 1 - x : x) + offset, Width)) * 3 + channel;
                Assert.AreEqual(image.Pixels[from], pixels[i], $"shift {offset}, mirrored {isMirrored}, place {i}");
            }
        }

        // At the edges -1, 0, 1 and n - 2, n - 1, n show 1, 0, 1 and n - 2, n - 1, n - 2.
        static int Padded(int place, int size) => place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place;
    }

    /// <summary>Protects what a grid sees: from edge to edge, evenly, the middle in the middle.</summary>
    [TestMethod]
    public void A_grid_reaches_from_edge_to_edge()
    {
        var views = CropView.Of(TestTimeAugmentation.Parse("grid3+flip")).ToArray();

        Assert.HasCount(18, views);
        CollectionAssert.AreEqual(new[] { 0, 38, 76, 0, 38, 76, 0, 38, 76 }, views.Take(9).Select(view => view.Columns(300, 224).From).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 0, 0, 16, 16, 16, 32, 32, 32 }, views.Take(9).Select(view => view.Rows(256, 224).From).ToArray());
        CollectionAssert.AreEqual(new[] { 76, 38, 0 }, views.Skip(9).Take(3).Select(view => view.Columns(300, 224).From).ToArray());
        Assert.AreEqual(new CropView().Columns(300, 224), views[4].Columns(300, 224));
    }

    /// <summary>Protects scales: the sizes that they stand for, whatever the preprocessing's own.</summary>
    [TestMethod]
    public void Scales_are_multiples_of_the_networks_input()
    {
        var views = new ImagePreprocessing { TestTime = TestTimeAugmentation.ThreeScales with { Mirror = true } }.Views();

        CollectionAssert.AreEqual(new int?[] { 224, 224, 256, 256, 288, 288 }, views.Select(view => view.ResizeShortSide).ToArray());
        CollectionAssert.AreEqual(new[] { false, true, false, true, false, true }, views.Select(view => view.View.IsMirrored).ToArray());
    }
}

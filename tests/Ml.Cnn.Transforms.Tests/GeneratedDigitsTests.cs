using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class GeneratedDigitsTests
{
    private static readonly MLContext Context = new();

    /// <summary>A run repeats whatever reads the data: several threads, another order, a part of it.</summary>
    [TestMethod]
    public void A_row_depends_on_seed_and_index_only()
    {
        var rows = Rows.Images(Context.Data.GenerateDigits(300, seed: 7));
        var fewer = Rows.Images(Context.Data.GenerateDigits(50, seed: 7));
        for (var i = 0; i < fewer.Count; i++)
            CollectionAssert.AreEqual(rows[i], fewer[i]);

        var data = Context.Data.GenerateDigits(300, seed: 7);
        Parallel.ForEach(data.GetRowCursorSet(data.Schema, 4, new Random(1)), cursor =>
        {
            var getImage = cursor.GetGetter<VBuffer<byte>>(data.Schema["Image"]);
            var getId = cursor.GetIdGetter();
            VBuffer<byte> image = default;
            DataViewRowId id = default;
            while (cursor.MoveNext())
            {
                getImage(ref image);
                getId(ref id);
                CollectionAssert.AreEqual(rows[(int)id.Low], image.DenseValues().ToArray());
            }
        });
    }

    [TestMethod]
    public void Seeds_give_other_images_and_labels_are_balanced()
    {
        var data = Context.Data.GenerateDigits(1000, seed: 1);
        var other = Rows.Images(Context.Data.GenerateDigits(1000, seed: 2));
        var images = Rows.Images(data);

        Assert.HasCount(1000, images.Select(Convert.ToHexString).Distinct().ToList());
        Assert.IsFalse(images.Select(Convert.ToHexString).Intersect(other.Select(Convert.ToHexString)).Any());
        foreach (var label in Rows.Texts(data, "Label").GroupBy(label => label))
            Assert.AreEqual(100, label.Count());
    }

    /// <summary>White strokes on black, inside the image, as in MNIST; at every size.</summary>
    [TestMethod]
    [DataRow(8)]
    [DataRow(28)]
    [DataRow(33)]
    [DataRow(96)]
    public void Digits_look_like_digits(int size)
    {
        var data = Context.Data.GenerateDigits(200, size: size);
        Assert.AreEqual(new VectorDataViewType(NumberDataViewType.Byte, size, size, 1), data.Schema["Image"].Type);

        var images = Rows.Images(data);

        Assert.IsInRange(15.0, 55.0, images.Average(image => image.Average(value => (double)value)), "MNIST's mean is 33.");
        foreach (var image in images)
            Assert.IsGreaterThan(60, image.Max(), "Thin strokes in tiny images are pale, but there.");
    }

    /// <summary>Neither trivial nor impossible: a linear classifier on the pixels learns a good part, but not all.</summary>
    [TestMethod]
    public void A_linear_classifier_learns_a_part_of_them()
    {
        var context = new MLContext(seed: 1);
        var pipeline = context.Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.Conversion.ConvertType("Image", outputKind: DataKind.Single))
            .Append(context.Transforms.NormalizeMinMax("Image"))
            .AppendCacheCheckpoint(context)
            .Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy("Label", "Image", maximumNumberOfIterations: 20));

        var model = pipeline.Fit(context.Data.GenerateDigits(2000, seed: 1, size: 20));
        var metrics = context.MulticlassClassification.Evaluate(model.Transform(context.Data.GenerateDigits(500, seed: 2, size: 20)));

        Assert.IsInRange(0.5, 0.97, metrics.MicroAccuracy);
    }

    [TestMethod]
    public void Senseless_sizes_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.GenerateDigits(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.GenerateDigits(1, size: 7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.GenerateDigits(1, size: 513));
    }
}

using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>A column that is missing or of another type is named, with the type found and those accepted.</summary>
[TestClass]
public sealed class SchemaErrorTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects users who name a wrong column: GetOutputSchema and Fit refuse alike.</summary>
    [TestMethod]
    [DataRow("Nothing", "Key", "feature", "Nothing", "")]
    [DataRow("Scalar", "Key", "feature", "Scalar", "Single")]
    [DataRow("Doubles", "Key", "feature", "Doubles", "Double")]
    [DataRow("Text", "Key", "feature", "Text", "String")]
    [DataRow("Key", "Key", "feature", "Key", "Key")]
    [DataRow("VaryingFloats", "Key", "feature", "VaryingFloats", "Single")]
    [DataRow("Image", "Nothing", "label", "Nothing", "")]
    [DataRow("Image", "Text", "label", "Text", "String")]
    [DataRow("Image", "Scalar", "label", "Scalar", "Single")]
    [DataRow("Image", "ByteKey", "label", "ByteKey", "Byte")]
    [DataRow("Image", "Image", "label", "Image", "Byte")]
    public void GetOutputSchema_and_Fit_refuse_a_wrong_column_by_name(string feature, string label, string role, string column, string found)
    {
        var data = Data();
        var trainer = s_mlContext.MulticlassClassification.Trainers.LeNet(label, feature, epochs: 1);
        var schema = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.GetOutputSchema(ShapeOf(data.Schema)));
        var fit = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.Fit(data));
        foreach (var error in (Exception[])[schema, fit])
        {
            Assert.Contains($"{role} column '{column}'", error.Message);
            Assert.Contains(found, error.Message);
            if (column != "Nothing")
                Assert.Contains(role == "label" ? "Key<UInt32> (use MapValueToKey)" : "encoded image bytes", error.Message);
        }
    }

    /// <summary>Protects scoring: a model says what it needs when its input lacks it.</summary>
    [TestMethod]
    public void A_model_refuses_data_without_its_feature_column()
    {
        var digits = s_mlContext.Data.GenerateDigits(30);
        var model = s_mlContext.FitLeNet(digits).LastTransformer;
        var other = s_mlContext.Data.GenerateDigits(3, imageColumnName: "Photo");
        var wrong = s_mlContext.Transforms.CopyColumns("Image", "Label").Fit(other).Transform(other);

        Assert.Contains("feature column 'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => model.Transform(other)).Message);
        Assert.Contains("feature column 'Image'", Assert.Throws<ArgumentOutOfRangeException>(() => model.GetOutputSchema(other.Schema)).Message);
        Assert.Contains("String", Assert.Throws<ArgumentOutOfRangeException>(() => model.GetRowToRowMapper(wrong.Schema)).Message);
    }

    /// <summary>Protects pipelines that are checked before any data is read: the promised columns are the delivered ones.</summary>
    [TestMethod]
    public void The_promised_output_is_the_delivered_output()
    {
        var digits = s_mlContext.Data.GenerateDigits(30);
        var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
        var trainer = s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options());
        var promised = trainer.GetOutputSchema(ShapeOf(keyed.Schema)).ToDictionary(c => c.Name);
        var delivered = ShapeOf(trainer.Fit(keyed).GetOutputSchema(keyed.Schema)).ToDictionary(c => c.Name);

        CollectionAssert.AreEquivalent(promised.Keys, delivered.Keys);
        foreach (var (name, column) in promised)
        {
            Assert.AreEqual(column.ItemType, delivered[name].ItemType, name);
            Assert.AreEqual(column.Kind, delivered[name].Kind, name);
            Assert.AreEqual(column.IsKey, delivered[name].IsKey, name);
            foreach (var annotation in column.Annotations)
                Assert.IsTrue(delivered[name].Annotations.Any(a => a.Name == annotation.Name), $"{name} lacks its annotation {annotation.Name}");
        }
    }

    internal static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [schema])!;

    private static IDataView Data()
    {
        var rows = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(i => new Row { Text = $"{i % 2}", ByteKey = (byte)(1 + i % 2) }));
        return s_mlContext.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(rows).Transform(rows);
    }

    private sealed class Row
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = new byte[784];

        [VectorType(784)]
        public double[] Doubles { get; set; } = new double[784];

        public float[] VaryingFloats { get; set; } = new float[784];

        public float Scalar { get; set; }

        public string Text { get; set; } = "";

        [KeyType(2)]
        public byte ByteKey { get; set; }
    }
}

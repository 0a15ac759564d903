namespace Ml.Cnn.Transforms;

/// <summary>The text form in JSON.</summary>
internal sealed class TestTimeAugmentationConverter() : TextConverter<TestTimeAugmentation>(TestTimeAugmentation.Parse);

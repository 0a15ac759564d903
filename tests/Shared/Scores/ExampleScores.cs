using Ml.Cnn.Evaluation.Scores;

namespace MlCnn.Testing;

/// <summary>Scores of networks that were never trained: probabilities drawn so that some images are hard for all of them.</summary>
internal static class ExampleScores
{
    /// <summary>Scores of a network.</summary>
    /// <param name="labels">The right classes.</param>
    /// <param name="classes">How many there are.</param>
    /// <param name="skill">How far the right class's logit is above the others in the mean.</param>
    /// <param name="seed">Which network. What is hard in the images is the same for all of the same number of images.</param>
    public static ImageScores Of(int[] labels, int classes, double skill, int seed)
    {
        var (images, own) = (new Random(labels.Length), new Random(seed));
        var probabilities = new float[labels.Length * classes];
        for (var image = 0; image < labels.Length; image++)
        {
            var row = probabilities.AsSpan(image * classes, classes);
            var difficulty = Normal(images);
            for (var i = 0; i < classes; i++)
                row[i] = (float)Normal(own);
            row[labels[image]] += (float)(skill - difficulty);
            System.Numerics.Tensors.TensorPrimitives.SoftMax(row, row);
        }
        return new(labels, probabilities, classes);
    }

    public static int[] Labels(int images, int classes, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, images).Select(image => image < classes ? image : random.Next(classes))];
    }

    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

namespace Ml.Cnn.Evaluation.Statistics;

/// <summary>How many images each class has, how many of them are right, and how many images were taken for it.</summary>
internal sealed class ClassCounts(int classes)
{
    /// <summary>Of the class.</summary>
    public int[] Actual { get; } = new int[classes];

    /// <summary>Taken for the class.</summary>
    public int[] Predicted { get; } = new int[classes];

    /// <summary>Both.</summary>
    public int[] Right { get; } = new int[classes];

    public static ClassCounts Of(ImageOutcomes outcomes)
    {
        var counts = new ClassCounts(outcomes.Classes);
        for (var image = 0; image < outcomes.Count; image++)
        {
            counts.Actual[outcomes.Labels[image]]++;
            if (outcomes.Predicted[image] >= 0)
                counts.Predicted[outcomes.Predicted[image]]++;
            if (outcomes.IsRight(image))
                counts.Right[outcomes.Labels[image]]++;
        }
        return counts;
    }

    /// <summary>The mean of the classes' recalls; classes without an image are left out, as ML.NET's evaluator does.</summary>
    public double MacroAccuracy()
    {
        var (sum, classes) = (0.0, 0);
        for (var i = 0; i < Actual.Length; i++)
        {
            if (Actual[i] == 0)
                continue;
            sum += (double)Right[i] / Actual[i];
            classes++;
        }
        return sum / classes;
    }

    /// <summary>
    /// The mean of the classes' F1, 2·right ÷ (actual + predicted); classes that neither occur nor are ever named have none and are left out, as scikit-learn
    /// does.
    /// </summary>
    public double MacroF1()
    {
        var (sum, classes) = (0.0, 0);
        for (var i = 0; i < Actual.Length; i++)
        {
            if (Actual[i] + Predicted[i] == 0)
                continue;
            sum += 2.0 * Right[i] / (Actual[i] + Predicted[i]);
            classes++;
        }
        return sum / classes;
    }
}

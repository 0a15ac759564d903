using System.Numerics.Tensors;
using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.DataQuality.Labels;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>What the probabilities say: labels that are probably wrong, and classes that are hard to tell apart.</summary>
internal static class LabelFindings
{
    private const int MostPairs = 100;

    public static IEnumerable<DataProblem> Errors(SurveyedImages images, ClassProbabilities probabilities, ConfidentJoint joint, LabelErrorFilter filter,
        ProbabilitySource source)
    {
        var who = source == ProbabilitySource.OutOfFold ? "Networks that have not seen the image give" : "The model gives";
        foreach (var error in LabelErrorSearch.Find(probabilities.Scores, joint, filter))
        {
            var row = probabilities.Rows[error.Row];
            var scores = probabilities.Scores.Row(error.Row).ToArray();
            var proposed = probabilities.Classes[error.Proposed];
            var label = images.Labels[row];
            yield return new()
            {
                Kind = DataProblemKind.LabelError,
                Row = row,
                File = images.Files[row],
                Class = label,
                ProposedClass = proposed,
                Score = (1 - error.Margin) / 2,
                Reason = FormattableString.Invariant(
                    $"{who} '{proposed}' {scores[error.Proposed] * 100:0.0} % and '{label}' {scores[probabilities.Scores.Labels[error.Row]] * 100:0.0} %."),
                Action = DataProblemAction.Relabel,
            };
        }
    }

    public static IReadOnlyList<ConfusedClasses> Confused(ClassProbabilities probabilities, ConfidentJoint joint)
    {
        var (scores, classes) = (probabilities.Scores, probabilities.Classes);
        var (taken, images) = (new int[classes.Count, classes.Count], new int[classes.Count]);
        for (var row = 0; row < scores.Count; row++)
        {
            taken[scores.Labels[row], TensorPrimitives.IndexOfMax(scores.Row(row))]++;
            images[scores.Labels[row]]++;
        }
        return [.. Enumerable.Range(0, classes.Count).SelectMany(i => Enumerable.Range(i + 1, classes.Count - i - 1).Select(j => (i, j)))
            .Where(pair => taken[pair.i, pair.j] + taken[pair.j, pair.i] > 0)
            .Select(pair => new ConfusedClasses(classes[pair.i], classes[pair.j], taken[pair.i, pair.j], taken[pair.j, pair.i],
                joint.Calibrated[pair.i, pair.j] + joint.Calibrated[pair.j, pair.i],
                (double)(taken[pair.i, pair.j] + taken[pair.j, pair.i]) / (images[pair.i] + images[pair.j])))
            .OrderByDescending(pair => pair.Share).ThenBy(pair => pair.First, StringComparer.Ordinal).ThenBy(pair => pair.Second, StringComparer.Ordinal)
            .Take(MostPairs)];
    }

    /// <summary>The share of images whose label is their most probable class.</summary>
    public static double Agreement(ClassProbabilities probabilities)
    {
        var scores = probabilities.Scores;
        return Enumerable.Range(0, scores.Count).Count(row => TensorPrimitives.IndexOfMax(scores.Row(row)) == scores.Labels[row]) / (double)scores.Count;
    }

    /// <summary>The share of images that the confident joint counts for another class than their label's.</summary>
    public static double Estimated(ClassProbabilities probabilities, ConfidentJoint joint) =>
        1 - Enumerable.Range(0, probabilities.Classes.Count).Sum(i => joint.Calibrated[i, i]) / (double)probabilities.Scores.Count;
}

using Ml.Cnn.Trainers.Probabilities;

namespace Ml.Cnn.DataQuality.Labels;

/// <summary>An image whose label is probably wrong.</summary>
/// <param name="Row">Its place among the scores.</param>
/// <param name="Proposed">The most probable class.</param>
/// <param name="Margin">The label's probability less the proposed class's, −1 to 0: the normalized margin.</param>
internal readonly record struct LabelError(int Row, int Proposed, double Margin);

/// <summary>Which labels are probably wrong: as many as the confident joint counts, chosen and ranked by the images' probabilities.</summary>
/// <remarks>
/// Northcutt, Jiang, Chuang (JAIR 70, 2021), section 3.2, methods 2 to 5. An image whose label is its most probable class is never chosen, as in the authors'
/// program. Ranked by the normalized margin (section 3.2, "which examples to prune"), the surest first.
/// </remarks>
internal static class LabelErrorSearch
{
    public static IReadOnlyList<LabelError> Find(LabeledScores scores, ConfidentJoint joint, LabelErrorFilter filter)
    {
        IEnumerable<int> rows = filter switch
        {
            LabelErrorFilter.Class => ByClass(scores, joint),
            LabelErrorFilter.NoiseRate => ByNoiseRate(scores, joint),
            LabelErrorFilter.Both => ByNoiseRate(scores, joint).Intersect(ByClass(scores, joint)),
            LabelErrorFilter.Confident => Confident(scores, joint),
            _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, $"The filters are: {string.Join(", ", Enum.GetNames<LabelErrorFilter>())}."),
        };
        return [.. rows.Distinct().Select(row => ErrorOf(scores, row)).Where(error => error.Margin < 0)
            .OrderBy(error => error.Margin).ThenBy(error => error.Row)];
    }

    private static LabelError ErrorOf(LabeledScores scores, int row)
    {
        var probabilities = scores.Row(row);
        var label = scores.Labels[row];
        var proposed = label == 0 ? 1 : 0;
        for (var j = 0; j < probabilities.Length; j++)
            if (j != label && probabilities[j] > probabilities[proposed])
                proposed = j;
        return new(row, proposed, (double)probabilities[label] - probabilities[proposed]);
    }

    /// <summary>Of each label, as many as are counted for other classes: those to which their own label is least probable.</summary>
    private static List<int> ByClass(LabeledScores scores, ConfidentJoint joint)
    {
        List<int> found = [];
        foreach (var (label, rows) in RowsByLabel(scores))
            found.AddRange(rows.OrderBy(row => scores.Row(row)[label]).ThenBy(row => row).Take(rows.Length - joint.Calibrated[label, label]));
        return found;
    }

    /// <summary>Of each label and other class, as many as are counted there: those to which the class is most probable, less the label.</summary>
    private static List<int> ByNoiseRate(LabeledScores scores, ConfidentJoint joint)
    {
        List<int> found = [];
        foreach (var (label, rows) in RowsByLabel(scores))
        {
            for (var other = 0; other < scores.Classes; other++)
            {
                if (other == label || joint.Calibrated[label, other] == 0)
                    continue;
                var to = other;
                found.AddRange(rows.OrderByDescending(row => (double)scores.Row(row)[to] - scores.Row(row)[label]).ThenBy(row => row)
                    .Take(joint.Calibrated[label, other]));
            }
        }
        return found;
    }

    /// <summary>Those that the confident joint counts off its diagonal.</summary>
    private static IEnumerable<int> Confident(LabeledScores scores, ConfidentJoint joint) => Enumerable.Range(0, scores.Count)
        .Where(row => ConfidentJoint.ConfidentClass(scores.Row(row), joint.Thresholds) is { } confident && confident != scores.Labels[row]);

    private static IEnumerable<(int Label, int[] Rows)> RowsByLabel(LabeledScores scores) =>
        Enumerable.Range(0, scores.Count).GroupBy(row => scores.Labels[row]).OrderBy(group => group.Key).Select(group => (group.Key, group.ToArray()));
}

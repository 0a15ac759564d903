namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>What is said of pictures that are the same, or nearly: conflicting labels before all else, leaks, and images that occur before.</summary>
internal static class DuplicateFindings
{
    /// <param name="pool">The pictures.</param>
    /// <param name="matches">Those that are nearly the same.</param>
    public static IEnumerable<DataProblem> Of(PicturePool pool, IReadOnlyList<PictureMatchPair> matches)
    {
        var partners = matches.SelectMany(match => ((int, int, PictureMatchPair)[])[(match.First, match.Second, match), (match.Second, match.First, match)])
            .ToLookup(pair => pair.Item1, pair => (Picture: pair.Item2, Match: pair.Item3));
        for (var picture = 0; picture < pool.Copies.Length; picture++)
        {
            foreach (var place in pool.Copies[picture].Where(place => !place.IsValidation))
            {
                List<Same> same = [.. pool.Copies[picture].Where(other => other != place).Select(other => new Same(other, null)),
                    .. partners[picture].OrderByDescending(partner => partner.Match.Correlation)
                        .SelectMany(partner => pool.Copies[partner.Picture].Select(other => new Same(other, partner.Match)))];
                foreach (var problem in Of(pool, place, same))
                    yield return problem;
            }
        }
    }

    private static IEnumerable<DataProblem> Of(PicturePool pool, PicturePlace place, List<Same> same)
    {
        var label = pool.ClassOf(place);
        var inData = same.Where(other => !other.Place.IsValidation).ToArray();
        if (inData.FirstOrDefault(other => pool.ClassOf(other.Place) != label) is { } conflict)
        {
            yield return Finding(pool, place, conflict, DataProblemKind.ConflictingDuplicate, DataProblemAction.Exclude,
                $", whose label is '{pool.ClassOf(conflict.Place)}'");
        }
        else if (inData.Where(other => other.Place.Row < place.Row).OrderBy(other => other.Match is null ? 0 : 1).FirstOrDefault() is { } earlier)
        {
            yield return Finding(pool, place, earlier, earlier.Match is null ? DataProblemKind.Duplicate : DataProblemKind.NearDuplicate,
                earlier.Match is null ? DataProblemAction.Exclude : DataProblemAction.Review, "");
        }
        if (same.FirstOrDefault(other => other.Place.IsValidation) is { } leaked)
            yield return Finding(pool, place, leaked, DataProblemKind.Leak, DataProblemAction.Exclude, " of the validation set");
    }

    private static DataProblem Finding(PicturePool pool, PicturePlace place, Same other, DataProblemKind kind, DataProblemAction action, string which) => new()
    {
        Kind = kind,
        Row = place.Row,
        File = pool.FileOf(place),
        Class = pool.ClassOf(place),
        Score = other.Match?.Correlation ?? 1,
        Reason = (other.Match is not null ? "Nearly the same as " : "The same, byte for byte, as ") + $"'{pool.FileOf(other.Place)}'{which}"
            + (other.Match is { } near ? FormattableString.Invariant($": the pictures' gray levels correlate by {near.Correlation:0.000}")
                + FormattableString.Invariant($", {near.HashDistance} of 64 bits of their hashes differ")
                + (near.FeatureDistance is { } distance ? FormattableString.Invariant($", and their features are {distance:0.000} apart.") : ".") : "."),
        Other = pool.FileOf(other.Place),
        OtherRow = other.Place.Row,
        Action = action,
    };

    /// <param name="Place">Of the other picture.</param>
    /// <param name="Match">How near it is; null for equal bytes.</param>
    private sealed record Same(PicturePlace Place, PictureMatchPair? Match);
}

using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.DataQuality.Options;

/// <summary>Checks what a search is told, before it reads an image.</summary>
internal static class DataProblemOptionsCheck
{
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public static void Require(DataProblemOptions options)
    {
        OptionCheck.Name(options.ImageColumnName, nameof(options.ImageColumnName));
        OptionCheck.Name(options.ImagePathColumnName, nameof(options.ImagePathColumnName));
        OptionCheck.Name(options.LabelColumnName, nameof(options.LabelColumnName));
        OptionCheck.Require(options.Folds >= 2, nameof(options.Folds), options.Folds, "at least 2");
        OptionCheck.Require(options.HashDistance is >= 0 and <= 15, nameof(options.HashDistance), options.HashDistance, "from 0 to 15");
        OptionCheck.Require(options.NeighborRank >= 1, nameof(options.NeighborRank), options.NeighborRank, "at least 1");
        OptionCheck.Require(options.Deviations > 0 && double.IsFinite(options.Deviations), nameof(options.Deviations), options.Deviations, "a number above 0");
        OptionCheck.Require(Enum.IsDefined(options.LabelErrors), nameof(options.LabelErrors), options.LabelErrors,
            string.Join(", ", Enum.GetNames<LabelErrorFilter>()));
    }
}

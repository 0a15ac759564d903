using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>
/// An ensemble inside ML.NET's model.zip: how its networks' scores become one, and every network beside it as <see cref="CnnModelArchive"/> keeps it.
/// </summary>
internal static class CnnEnsembleArchive
{
    internal const string LoaderName = "MlCnnEnsemble";

    private static readonly ModelFormat s_format = new(Signature: "MLCNNENS", LoaderName, Version: 0x00010001, ReadableBack: 0x00010001,
        typeof(CnnEnsembleArchive).Assembly);

    private sealed record Description(CnnModelJson.ColumnsJson Columns, BadImageHandling OnBadImage, CnnModelJson.ClassesJson Classes, ScoreAverage Average,
        IReadOnlyList<double> Weights, CnnCalibration? Calibration);

    /// <param name="context">Where to write.</param>
    /// <param name="scorer">What to write.</param>
    /// <param name="networks">The transformers of its networks, which are saved beside it.</param>
    public static void Save(ModelSaveContext context, ImageScorer scorer, IReadOnlyList<ITransformer> networks)
    {
        var archive = new ModelArchiveWriter(context, s_format);
        var (scores, mix) = (scorer.Description, scorer.Mix!);
        archive.WriteMain(JsonSerializer.Serialize(new Description(
            new(scores.FeatureColumnName, scores.PredictedLabelColumnName, scores.ScoreColumnName), scores.OnBadImage,
            new(scores.Classes.TypeName, scores.Classes.Names), mix.Average, mix.Weights, scores.Calibration), JsonFormat.Options));
        for (var i = 0; i < networks.Count; i++)
            archive.WriteModel(Entry(i), networks[i]);
    }

    /// <summary>The ensemble that <see cref="Save"/> wrote.</summary>
    /// <param name="environment">Where to load.</param>
    /// <param name="context">What to read.</param>
    /// <param name="scorer">The network of a transformer that was saved beside it; the caller disposes it.</param>
    /// <param name="mixed">Makes the ensemble.</param>
    /// <exception cref="FormatException">The archive is damaged, or of a newer format.</exception>
    public static ImageScorer Read<TNetwork>(IHostEnvironment environment, ModelLoadContext context, Func<TNetwork, ImageScorer> scorer,
        Func<IReadOnlyList<ImageScorer>, ScoreDescription, IReadOnlyList<double>, ScoreAverage, ImageScorer> mixed) where TNetwork : class, ITransformer
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        var scorers = new List<ImageScorer>();
        try
        {
            var saved = JsonSerializer.Deserialize<Description>(archive.ReadMain(), JsonFormat.Options) ?? throw new JsonException("it is empty");
            saved.Calibration?.Validate();
            for (var i = 0; i < saved.Weights.Count; i++)
                scorers.Add(scorer(archive.ReadModel<TNetwork>(Entry(i))));
            var description = new ScoreDescription
            {
                FeatureColumnName = saved.Columns.Feature,
                PredictedLabelColumnName = saved.Columns.PredictedLabel,
                ScoreColumnName = saved.Columns.Score,
                Classes = ClassValues.Parse(saved.Classes.Type, saved.Classes.Names),
                OnBadImage = saved.OnBadImage,
                Calibration = saved.Calibration,
            };
            return mixed(scorers, description, saved.Weights, saved.Average);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw archive.Damaged($"the ensemble cannot be read: {e.Message}", e);
        }
        finally
        {
            foreach (var each in scorers)
                each.Dispose(); // the ensemble holds the networks itself
        }
    }

    private static string Entry(int network) => FormattableString.Invariant($"Network{network}");
}

using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.DataQuality.Labels;
using Ml.Cnn.DataQuality.Options;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>One look for everything that may be wrong with a data set, from the images by themselves to what networks say of them.</summary>
internal sealed class DataProblemSearch
{
    private readonly IDataView _data;
    private readonly DataProblemOptions _options;
    private readonly int _seed;
    private readonly List<DataProblem> _problems = [];
    private readonly List<string> _notes = [];
    private ITransformer? _ofFirstFold;

    private DataProblemSearch(IDataView data, DataProblemOptions options, int seed) => (_data, _options, _seed) = (data, options, seed);

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or a column is missing or of another type.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    public static DataProblemReport Run(IHostEnvironment environment, IDataView data, DataProblemOptions options)
    {
        DataProblemOptionsCheck.Require(options);
        var search = new DataProblemSearch(data, options, options.Seed ?? MlNetEnvironment.Seed(environment) ?? 0);
        try
        {
            return search.Run();
        }
        finally
        {
            (search._ofFirstFold as IDisposable)?.Dispose();
        }
    }

    private DataProblemReport Run()
    {
        var columns = new ImageColumnNames(_options.ImageColumnName, _options.ImagePathColumnName, _options.LabelColumnName);
        Tell("Reading the images");
        var images = ImageSurvey.Run(_data, columns, _options.CancellationToken);
        var validation = _options.Validation is { } other ? ImageSurvey.Run(other, columns, _options.CancellationToken) : null;
        _problems.AddRange(OddImages.Find(images, _options.Deviations));

        var usable = UsableImages.Of(_data, images);
        string[] classes = [.. LabelReader.Sort(usable.Rows.Select(row => images.Labels[row]).Distinct(), _data.Schema[_options.LabelColumnName])];
        var probabilities = Probabilities(usable, images, classes);
        var joint = probabilities is { Scores.Count: > 0 } ? ConfidentJoint.Of(probabilities.Scores) : null;
        var source = joint is null ? ProbabilitySource.None : _options.Trainer is not null ? ProbabilitySource.OutOfFold : ProbabilitySource.Model;
        if (joint is not null)
            AddLabelErrors(images, probabilities!, joint, source);
        Compare(usable, images, validation);

        return new()
        {
            Pictures = new(_data, _options.Validation, columns),
            Images = images.Count,
            ValidationImages = validation?.Count,
            Classes = classes,
            Problems = [.. _problems.OrderBy(problem => problem.Kind).ThenByDescending(problem => problem.Score).ThenBy(problem => problem.Row)],
            ConfusedClasses = joint is null ? [] : LabelFindings.Confused(probabilities!, joint),
            Probabilities = source,
            Agreement = joint is null ? null : LabelFindings.Agreement(probabilities!),
            EstimatedLabelErrors = joint is null ? null : LabelFindings.Estimated(probabilities!, joint),
            Notes = _notes,
        };
    }

    private ClassProbabilities? Probabilities(UsableImages usable, SurveyedImages images, string[] classes)
    {
        if (_options is { Trainer: null, Model: null } || classes.Length < 2)
        {
            _notes.Add(classes.Length < 2 ? "The data has fewer than two classes, so that no label can be wrong."
                : "Neither folds nor a model were given: label errors, outliers and classes that are hard to tell apart were not looked for.");
            return null;
        }
        var probabilities = _options.Trainer is not null
            ? ClassProbabilities.OutOfFold(usable, images, classes, _options, _seed, model => _ofFirstFold = model)
            : ClassProbabilities.Of(usable, images, _options.Model!, _options);
        if (_options.Trainer is null)
        {
            _notes.Add("The probabilities are the given model's: of images that it has learned from it has learned wrong labels too, and finds fewer of them "
                + "than networks that have not seen them (folds).");
        }
        if (probabilities.Unjudged > 0)
            _notes.Add(FormattableString.Invariant($"{probabilities.Unjudged} images were not judged: no other image of their class is in the other folds."));
        return probabilities;
    }

    private void AddLabelErrors(SurveyedImages images, ClassProbabilities probabilities, ConfidentJoint joint, ProbabilitySource source)
    {
        const double LeastAgreement = 0.5;
        var agreement = LabelFindings.Agreement(probabilities);
        var errors = LabelFindings.Errors(images, probabilities, joint, _options.LabelErrors, source);
        if (agreement < LeastAgreement)
        {
            _notes.Add(FormattableString.Invariant($"The network agrees with {agreement * 100:0} % of the labels alone: it has learned too little to tell ")
                + "which are wrong, and nothing but a look is proposed for those. Train for more epochs, from published "
                + "weights, or with a higher learning rate.");
            errors = errors.Select(error => error with { Action = DataProblemAction.Review });
        }
        _problems.AddRange(errors);
    }

    private void Compare(UsableImages usable, SurveyedImages images, SurveyedImages? validation)
    {
        var findings = new PictureFindings(images, validation, _options);
        var (features, ofValidation) = (FeaturesOf(usable), (RowFeatures?)null);
        if (features is not null && validation is not null)
            ofValidation = FeaturesOf(UsableImages.Of(_options.Validation!, validation));
        Tell("Comparing the images");
        _problems.AddRange(findings.Duplicates(features, ofValidation));
        if (features is not null)
            _problems.AddRange(findings.FarImages(features));
    }

    private RowFeatures? FeaturesOf(UsableImages usable)
    {
        var model = _options.Model ?? _ofFirstFold;
        if (model is null || usable.Rows.Length == 0)
            return null;
        Tell("Computing features");
        if (NetworkFeatures.Of(model, usable, _options.CancellationToken) is { } features)
            return features.Rows.Length > 0 ? features : null;
        const string Missing = "The model has no single network of its own whose features could be compared: outliers were not looked for, and near duplicates "
            + "by their perceptual hashes alone.";
        if (!_notes.Contains(Missing))
            _notes.Add(Missing);
        return null;
    }

    private void Tell(string stage)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        _options.Progress?.Report(new(stage));
    }
}

using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Trainers.Training.Setup;

namespace Ml.Cnn.Trainers.Training;

/// <summary>One call of Fit: looks at the data, builds the network, trains it and hands over the transformer.</summary>
/// <param name="environment">ML.NET's.</param>
/// <param name="architecture">The network.</param>
/// <param name="settings">What to go by.</param>
/// <param name="handles">Callbacks, validation set and places.</param>
/// <param name="processes">Those that train together.</param>
/// <param name="data">The training data.</param>
internal sealed class TrainingRun(
    IHostEnvironment environment, Architecture architecture, TrainingSettings settings, TrainingHandles handles, ProcessGroup processes, IDataView data)
{
    private const string Name = "CnnTrainer";

    /// <summary>Trains, and makes a transformer of what was trained.</summary>
    public CnnTransformer Fit()
    {
        processes.Begin(settings.Sharing.Distribution);
        try
        {
            return Train();
        }
        catch (Exception e)
        {
            processes.Fail(e);
            throw;
        }
    }

    private CnnTransformer Train()
    {
        var time = Stopwatch.StartNew();
        using var log = environment.Start(Name);
        using var run = PreparedRun.Prepare(environment, architecture, settings, handles, processes, data, log);
        TrainingOutcome outcome;
        var images = new ObservedImages(run.Data.Classes.Names, run.Views.Plain.Normalization);
        using (var session = HeadTraining.TryOpen(run) ?? NetworkTraining.Open(run))
        using (var loop = new TrainingLoop(session, run.Settings, handles, processes, run.Checkpoints, images, time, log))
            outcome = loop.Run();
        if (run.BadImages.All is { Count: > 0 } skipped)
        {
            log.Warning(MessageSensitivity.None, "{0}", $"{skipped.Count} bad images were skipped:{Environment.NewLine}"
                + string.Join(Environment.NewLine, skipped.Take(BadImageException.Named)));
        }
        var scoring = ExecutionPlan.ForScoring(run.Plan.Device, run.Plan.Cost);
        var scorer = ImageScorer.Of(environment, run.Prepared.Network, scoring, Describe(run, outcome));
        if (NonFiniteLayer.Find(scorer.Network, run.Views.Shape) is { } since)
            log.Warning(MessageSensitivity.None, "{0}", NonFiniteLayer.Warning(architecture.Name, "the trained network's scores", since.ToString()));
        return new CnnTransformer(scorer, run.BadImages.All);
    }

    /// <summary>Looks for a learning rate, and keeps nothing else.</summary>
    public LearningRateCurve FindLearningRate(double lowest, double highest, int steps)
    {
        using var log = environment.Start(Name);
        using var run = PreparedRun.Prepare(environment, architecture, settings, handles with { ValidationSet = null, Checkpoints = null },
            ProcessGroup.Alone, data, log); // all rows: its gradients are not brought together with those of other processes
        using var network = run.Prepared.Network;
        using var session = HeadTraining.TryOpen(run) ?? NetworkTraining.Open(run);
        return new LearningRateFinder(session.Subject, run.Settings, session.Batches, run.Cancellation).Run(lowest, highest, steps);
    }

    private static CnnModel Describe(PreparedRun run, TrainingOutcome outcome) => new()
    {
        Architecture = run.Architecture with { Weights = null }, // the model has better ones
        Shape = run.Views.Shape,
        Preprocessing = run.Views.Evaluation,
        Augmentation = run.Settings.Input.Augmentation,
        PixelLayout = run.Settings.Input.PixelLayout,
        OnBadImage = run.Settings.Input.OnBadImage,
        FeatureColumnName = run.Settings.Columns.FeatureColumnName,
        PredictedLabelColumnName = run.Settings.Columns.PredictedLabelColumnName,
        ScoreColumnName = run.Settings.Columns.ScoreColumnName,
        Classes = run.Data.Classes,
        History = outcome.History,
        StopReason = outcome.Reason,
        Training = TrainingDescription.Of(run.Settings, run.Plan, run.Prepared.Threads),
    };
}

using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search.Simulation;

/// <summary>An experiment as the search sees one, without training: jobs cost epochs, and their scores are a <see cref="SearchProblem"/>'s.</summary>
/// <param name="problem">What is searched.</param>
/// <param name="seed">Of the problem's noise.</param>
/// <param name="budget">In first rungs' costs.</param>
/// <param name="parallelism">Decision k sees the results of jobs until k − parallelism.</param>
/// <param name="mostTrials">How many may be started.</param>
/// <param name="usesRest">As <see cref="SearchView.UsesRest"/>.</param>
internal sealed class SimulatedExperiment(
    SearchProblem problem, int seed, double budget = double.PositiveInfinity, int parallelism = 1, int mostTrials = int.MaxValue,
    bool usesRest = false)
{
    private readonly List<double[]> _points = [];
    private readonly List<(int Trial, int Rung, double? Score)> _jobs = [];

    public double Spent => _jobs.Sum(job => Cost(job.Rung));

    public IReadOnlyList<SearchDecision> Decisions => _decisions;
    private readonly List<SearchDecision> _decisions = [];

    public int Trials => _points.Count;

    /// <summary>How many trials came to each rung.</summary>
    public IReadOnlyList<int> TrialsAt => [.. Enumerable.Range(0, problem.Rungs.Count).Select(rung => _jobs.Count(job => job.Rung == rung))];

    /// <summary>What the experiment is worth: the value of the trial whose last score is the best.</summary>
    public double Result => View(_jobs.Count).Trials.Where(t => t.Scores.Count > 0).OrderByDescending(t => t.Scores[^1]).ThenBy(t => t.Id)
        .Select(t => problem.Value(t.Point, t.Scores.Count - 1, seed)).FirstOrDefault(double.NegativeInfinity);

    /// <summary>How far the best trial was trained.</summary>
    public int BestRung => View(_jobs.Count).Trials.Where(t => t.Scores.Count > 0).MaxBy(t => t.Scores[^1])!.Scores.Count - 1;

    /// <summary>The value of the best of those that were trained to the last rung.</summary>
    public double BestFullyTrained => View(_jobs.Count).Trials.Where(t => t.Scores.Count == problem.Rungs.Count)
        .Select(t => problem.Value(t.Point, problem.Rungs.Count - 1, seed)).DefaultIfEmpty(double.NegativeInfinity).Max();

    public double[] Point(int trial) => _points[trial - 1];

    public SimulatedExperiment Run(SearchStrategy strategy)
    {
        var seen = 0;
        while (true)
        {
            seen = Math.Max(seen, _jobs.Count + 1 - parallelism);
            var decision = strategy.Next(View(Math.Min(seen, _jobs.Count)));
            _decisions.Add(decision);
            switch (decision)
            {
                case SearchDecision.Start start:
                    _points.Add(problem.Place(start.Point, _points));
                    Do(_points.Count, rung: 0);
                    break;
                case SearchDecision.Promote promote:
                    Do(promote.Trial, _jobs.Count(job => job.Trial == promote.Trial));
                    break;
                case SearchDecision.Wait when seen < _jobs.Count:
                    seen++;
                    break;
                case SearchDecision.End:
                    return this;
                default:
                    throw new InvalidOperationException($"{decision} although nothing is under way.");
            }
        }
    }

    /// <summary>The view in which the results of the first jobs are known.</summary>
    public SearchView View(int jobs) => new()
    {
        Trials = [.. _points.Select((point, i) => Trial(i + 1, point, jobs))],
        Remaining = budget - Spent,
        MayStart = _points.Count < Math.Min(mostTrials, problem.MostTrials),
        UsesRest = usesRest,
        CostOfStart = _ => Cost(0),
        CostOfPromotion = trial => Cost(trial.Scores.Count),
    };

    private SearchTrial Trial(int id, double[] point, int jobs)
    {
        double?[] scores = [.. _jobs.Take(jobs).Where(job => job.Trial == id).Select(job => job.Score)];
        var isPending = _jobs.Skip(jobs).Any(job => job.Trial == id);
        var hasFailed = scores.Any(score => score is null);
        return new()
        {
            Id = id,
            Point = point,
            Scores = [.. scores.OfType<double>()],
            CanGoOn = !isPending && !hasFailed && scores.Length < problem.Rungs.Count,
            IsPending = isPending,
            HasFailed = hasFailed,
        };
    }

    private void Do(int trial, int rung) => _jobs.Add((trial, rung, problem.Score(_points[trial - 1], rung, seed)));

    private double Cost(int rung) => (double)problem.Rungs.EpochsOf(rung) / problem.Rungs.Ends[0];
}

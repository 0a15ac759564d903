using Ml.Cnn.Experiments;

namespace MlCnn.Cli.Commands;

internal static class ComparisonWorkers
{
    public static ICnnTrialExecutor? Start(ComparisonRequest request) => request.Workers == 1 && request.Storage is null ? null
        : throw new UsageException("later");
}

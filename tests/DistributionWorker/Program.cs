// What the tests start under mpirun and torchrun:
//   DistributionWorker collectives            checks every collective operation
//   DistributionWorker sums BYTES TIMES       measures sums of float32, as a training has them
//   DistributionWorker farewell               ends with code 3, though MPI_Finalize does not come back
//   DistributionWorker train '{ … }'          trains as a TrainingPlan says
using DistributionWorker;

return args switch
{
    ["collectives"] => CollectiveChecks.Run(),
    ["sums", var bytes, var times] => SumBenchmark.Run(bytes, times),
    ["farewell"] => Farewell.Run(),
    ["train", var plan] => PlannedTraining.Run(plan),
    _ => throw new ArgumentException($"What to do? {string.Join(' ', args)}"),
};

// A worker that the tests start, stop and kill: TrialWorker STORAGE [takeover seconds] [deaths] [--with-input]
using System.Globalization;
using System.Runtime.InteropServices;
using Ml.Cnn.Experiments.Hangfire;
using TrialWorker;

var endsWithInput = args[^1] == "--with-input";
if (endsWithInput)
    args = args[..^1];
var takeover = args.Length > 1 ? TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture)) : (TimeSpan?)null;
using var stop = new CancellationTokenSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
using var storage = TrialStorage.Parse(args[0], new() { TakeoverTime = takeover });
var options = new HangfireTrialServerOptions { Report = Console.WriteLine, RetryDelays = [TimeSpan.FromSeconds(1)], StopWhenInputEnds = endsWithInput };
if (args.Length > 2)
    options.MaximumDeaths = int.Parse(args[2], CultureInfo.InvariantCulture);
var server = new HangfireTrialServer(storage, CountingWork.Run, options);
Console.WriteLine("Ready.");
await server.RunAsync(stop.Token);

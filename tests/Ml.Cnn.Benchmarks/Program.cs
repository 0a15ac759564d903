using System.CommandLine;
using Ml.Cnn.Benchmarks;
using Ml.Cnn.Benchmarks.Web;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

// The .NET half of the benchmarks: each command does one job and prints one JSON line, with the rate of every epoch and
// their median. `tests/benchmark` runs these beside the same jobs in Python and prints the ratios.
var data = new Option<string>("--data") { Description = "The folder of the images (or, where it says so, an archive).", Required = true };
var size = new Option<int>("--size") { Description = "Height and width of the images in pixels.", DefaultValueFactory = _ => 64 };
var batch = new Option<int>("--batch") { Description = "Images per step.", DefaultValueFactory = _ => 32 };
var steps = new Option<int>("--steps") { Description = "Steps per epoch.", DefaultValueFactory = _ => 20 };
var epochs = new Option<int>("--epochs") { Description = "Epochs that are timed.", DefaultValueFactory = _ => 3 };
var threads = new Option<int>("--threads") { Description = "Threads that read and decode.", DefaultValueFactory = _ => Environment.ProcessorCount };
var arch = new Option<string>("--arch") { Description = "The network.", DefaultValueFactory = _ => "resnet18" };

var side = new Option<Side>("--side") { Description = "Whose work is timed: the library's trainer, or a loop written with TorchSharp alone." };
var bfloat16 = new Option<bool>("--bfloat16") { Description = "Of the tuned loop: convolutions and linear layers in bfloat16." };
var channelsLast = new Option<bool>("--channels-last") { Description = "Of the tuned loop: the layout in memory." };
var precision = new Option<Precision>("--precision") { Description = "Of the library's step." };
var layout = new Option<MemoryLayout>("--layout") { Description = "Of the library's step." };
var networkThreads = new Option<int>("--network-threads")
{
    Description = "libtorch's threads, in the tuned loop and in step; 0: by libtorch's or the "
    + "library's own choice."
};
LoopWriter Loop(ParseResult r) => r.GetValue(side) == Side.Plain
    ? build => new PlainLoop(build())
    : build => new HandTunedLoop(build, new(r.GetValue(bfloat16), r.GetValue(channelsLast), r.GetValue(networkThreads)));

var mnist = new Command("mnist", "LeNet-5 on MNIST's IDX files, in memory.") { data, batch, epochs, side, bfloat16, channelsLast, networkThreads };
mnist.SetAction(r => Report.Print("mnist", r.GetValue(side) == Side.Trainer
    ? TrainingBenchmarks.Mnist(r.GetValue(data)!, r.GetValue(batch), r.GetValue(epochs))
    : LoopBenchmarks.Mnist(Loop(r), r.GetValue(data)!, r.GetValue(batch), r.GetValue(epochs))));

var network = new Command("network", "A network on random images in memory.") { arch, size, batch, steps, epochs, side, bfloat16, channelsLast,
    networkThreads };
network.SetAction(r => Report.Print("network", r.GetValue(side) == Side.Trainer
    ? TrainingBenchmarks.InMemory(r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), r.GetValue(steps), r.GetValue(epochs))
    : LoopBenchmarks.InMemory(Loop(r), r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), r.GetValue(steps), r.GetValue(epochs))));

var folder = new Command("folder", "Training from JPEG files.") { data, arch, size, batch, epochs };
folder.SetAction(r => Report.Print("folder", TrainingBenchmarks.Folder(r.GetValue(data)!, r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch),
    r.GetValue(epochs))));

var loader = new Command("loader", "JPEG files to batches: decoded, random resized crop, flipped, normalized; no network.") { data, size, batch, epochs,
    threads };
loader.SetAction(r => Report.Print("loader", LoaderBenchmark.Run(r.GetValue(data)!, r.GetValue(size), r.GetValue(batch), r.GetValue(epochs),
    r.GetValue(threads))));

var read = new Command("read", "Encoded images from a folder or a tar archive, without a network.") { data, epochs, threads };
read.SetAction(r => Report.Print("read", ReadingBenchmarks.Read(r.GetValue(data)!, r.GetValue(epochs), r.GetValue(threads))));

var inspect = new Command("inspect", "A report on the images of a folder or a tar archive, each decoded.") { data, epochs };
inspect.SetAction(r => Report.Print("inspect", ReadingBenchmarks.Inspect(r.GetValue(data)!, r.GetValue(epochs))));

var step = new Command("step", "Where the time of a training step goes.") { arch, size, batch, steps, precision, layout, networkThreads };
step.SetAction(r => StepBenchmark.Run(r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), r.GetValue(steps), r.GetValue(precision), r.GetValue(layout),
    r.GetValue(networkThreads)));

var rounds = new Option<int>("--rounds") { Description = "How often each side is timed.", DefaultValueFactory = _ => 60 };
var batchNorm = new Command("batch-norm", "Batch normalization and ReLU by the library's kernels and by libtorch's.") { batch, rounds, networkThreads };
batchNorm.SetAction(r => BatchNormBenchmark.RunLayers(r.GetValue(batch), r.GetValue(rounds), r.GetValue(networkThreads)));
var batchNormStep = new Command("batch-norm-step", "The same in whole training steps.") { arch, size, batch, rounds, precision, layout, networkThreads };
batchNormStep.SetAction(r => BatchNormBenchmark.RunStep(r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), r.GetValue(rounds), r.GetValue(precision),
    r.GetValue(layout), r.GetValue(networkThreads)));

var stages = new Command("stages", "The time that each stage of the loader takes for an image.") { data, size, epochs };
stages.SetAction(r => StageBenchmark.Run(r.GetValue(data)!, r.GetValue(size), r.GetValue(epochs)));

var archs = new Option<string[]>("--archs") { Description = "The networks; all of the catalog without any.", AllowMultipleArgumentsPerToken = true };
var sizes = new Option<int[]>("--sizes")
{
    Description = "Heights and widths in pixels.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ =>
    [32, 64, 96, 224]
};
var plans = new Command("plans", "A training step in each precision and memory layout, beside the rule's choice.") { archs, sizes, batch, networkThreads };
plans.SetAction(r => PlanBenchmark.Run(r.GetValue(archs) is { Length: > 0 } chosen ? chosen : [.. ArchitectureCatalog.All.Select(a => a.Name)],
    r.GetValue(sizes)!, r.GetValue(batch), r.GetValue(networkThreads)));

var images = new Option<int>("--images") { Description = "How many.", DefaultValueFactory = _ => 400 };
var memory = new Command("memory", "Resident memory after each epoch of a training on drawn digits.") { arch, size, images, epochs };
memory.SetAction(r => MemoryBenchmark.Run(r.GetValue(arch)!, r.GetValue(size), r.GetValue(images), r.GetValue(epochs)));

var seconds = new Option<double>("--seconds") { Description = "How long passes are timed.", DefaultValueFactory = _ => 5 };
var eager = new Option<bool>("--eager") { Description = "The network itself, layer by layer, rather than its compiled copy." };
var score = new Command("score", "A forward pass for scores: pixels in memory to probabilities.") { arch, size, batch, precision, eager, networkThreads,
    seconds };
score.SetAction(r => ScoringBenchmark.RunOurs(r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch),
    new() { Precision = r.GetValue(precision), Compile = !r.GetValue(eager) }, r.GetValue(networkThreads), r.GetValue(seconds)));

var model = new Option<string>("--model") { Description = "The .onnx file.", Required = true };
var ort = new Command("ort", "A forward pass for scores in ONNX Runtime.") { model, arch, size, batch, networkThreads, seconds };
ort.SetAction(r => OnnxRuntimeBenchmark.Run(r.GetValue(model)!, r.GetValue(size), r.GetValue(arch) == "lenet5" ? 1 : 3, r.GetValue(batch),
    r.GetValue(networkThreads), r.GetValue(seconds)));

var labels = new Command("labels", "JPEG files to labels.") { data, arch, size, precision, epochs };
labels.SetAction(r => Report.Print("labels", LabelsBenchmark.Run(r.GetValue(data)!, r.GetValue(arch)!, r.GetValue(size), r.GetValue(precision),
    r.GetValue(epochs))));

var path = new Option<string>("--path") { Description = "The model.zip (or, where it says so, a table).", Required = true };
var seed = new Option<int>("--seed") { Description = "Of what is random.", DefaultValueFactory = _ => 1 };
var webModel = new Command("web-model", "Writes a model for the two below.") { path, arch, size, seed };
webModel.SetAction(r => WebModels.Write(r.GetValue(path)!, r.GetValue(arch)!, r.GetValue(size), r.GetValue(seed)));

var address = new Option<string>("--address") { Description = "The web service's.", Required = true };
var webLoad = new Command("web-load", "The rate that the web service keeps up with, and the time of its answers.") { address, size, seconds };
webLoad.SetAction((r, _) => WebLoadBenchmark.RunAsync(new(r.GetValue(address)!), r.GetValue(size), r.GetValue(seconds)));

var server = new Option<int>("--server") { Description = "The service's process." };
var newer = new Option<string[]>("--models") { Description = "Models to swap.", AllowMultipleArgumentsPerToken = true, Required = true };
var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 30 };
var only = new Option<string[]>("--only") { Description = "Kinds of requests; all without any.", AllowMultipleArgumentsPerToken = true };
var webSoak = new Command("web-soak", "Mixed load on the web service.") { address, server, path, newer, minutes, seed, only };
webSoak.SetAction((r, _) => new WebSoak(new(r.GetValue(address)!), r.GetValue(server), r.GetValue(path)!, r.GetValue(newer)!, r.GetValue(minutes),
    r.GetValue(seed), r.GetValue(only) ?? []).RunAsync());

var trainings = new Option<int>("--trainings") { Description = "How many.", DefaultValueFactory = _ => 300 };
var part = new Option<int>("--part") { Description = "Which part of them, from 0." };
var parts = new Option<int>("--parts") { Description = "How many processes share them.", DefaultValueFactory = _ => 1 };
var curves = new Command("curves", "Learning curves of small networks, a line of the table PATH each; lines that are there stay.") { data, path, trainings,
    size, part, parts };
curves.SetAction(r => CurveRecorder.Run(r.GetValue(data)!, r.GetValue(path)!, r.GetValue(trainings), r.GetValue(size), r.GetValue(part), r.GetValue(parts)));

var budgets = new Option<double[]>("--budgets")
{
    Description = "What the search may spend, in first rungs.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [100, 160, 300]
};
var seeds = new Option<int>("--seeds") { Description = "How many.", DefaultValueFactory = _ => 20 };
var goodShare = new Option<double?>("--good-share") { Description = "Of the search's settings, as the four that follow." };
var leastGood = new Option<int?>("--least-good");
var evenShare = new Option<double?>("--even-share");
var selectivity = new Option<double?>("--selectivity");
var reserve = new Option<double?>("--reserve");
var search = new Command("search", "The search of experiments on functions and on the recorded curves in PATH.") { path, budgets, seeds, goodShare, leastGood,
    evenShare, selectivity, reserve };
search.SetAction(r => SearchBenchmark.Run(r.GetValue(path)!, r.GetValue(budgets)!, r.GetValue(seeds), settings => settings with
{
    GoodShare = r.GetValue(goodShare) ?? settings.GoodShare,
    LeastGood = r.GetValue(leastGood) ?? settings.LeastGood,
    EvenShare = r.GetValue(evenShare) ?? settings.EvenShare,
    Selectivity = r.GetValue(selectivity) ?? settings.Selectivity,
    Reserve = r.GetValue(reserve) ?? settings.Reserve,
}));

var calibration = new Option<string>("--calibration") { Description = "A folder of images to choose ranges from.", Required = true };
var output = new Option<string>("--out") { Description = "The folder of the files.", Required = true };
var ranges = new Option<OnnxActivationRange>("--ranges") { Description = "How ranges are chosen." };
var bits = new Option<int>("--bits") { Description = "Of a weight.", DefaultValueFactory = _ => 8 };
var calibrationImages = new Option<int>("--calibration-images") { Description = "How many.", DefaultValueFactory = _ => 300 };
var keepFloat = new Option<string[]>("--float32") { Description = "Layers that stay.", AllowMultipleArgumentsPerToken = true };
var anyLoss = new Option<bool>("--any-loss") { Description = "Write the file whatever it loses." };
var quantize = new Command("quantize", "A model as ONNX files of float32 and of 8-bit integers.") { path, calibration, data, output, ranges, bits,
    calibrationImages, keepFloat, anyLoss, batch, seed };
quantize.SetAction(r => QuantizationBenchmark.Run(r.GetValue(path)!, r.GetValue(calibration)!, r.GetValue(data)!, r.GetValue(output)!, new()
{
    Ranges = r.GetValue(ranges),
    WeightBits = r.GetValue(bits),
    CalibrationImages = r.GetValue(calibrationImages),
    Float32Layers = r.GetValue(keepFloat) ?? [],
    MaximumLoss = r.GetValue(anyLoss) ? null : 0.5,
    MaximumDisagreement = r.GetValue(anyLoss) ? null : 5,
    SpeedBatch = r.GetValue(batch),
    Seed = r.GetValue(seed),
}));

var evaluation = new Command("evaluation", "Scoring alone, and with an evaluation and its page in the folder --out, of images that are read again and again.")
{
    data, arch, size, images, output,
};
evaluation.SetAction(r => EvaluationBenchmark.Run(r.GetValue(data)!, r.GetValue(arch)!, r.GetValue(size), r.GetValue(images), r.GetValue(output)!));

var classes = new Option<int>("--classes") { Description = "How many.", DefaultValueFactory = _ => 100 };
var evaluationMemory = new Command("evaluation-memory", "The memory of an evaluation of drawn scores, without a network.") { images, classes };
evaluationMemory.SetAction(r => EvaluationBenchmark.RunMemory(r.GetValue(images), r.GetValue(classes)));

return new RootCommand("Benchmarks of MlCnn.") { evaluation, evaluationMemory, quantize, mnist, network, folder, loader, read, inspect, stages, step, plans,
    batchNorm, batchNormStep, memory, score, ort, labels, webModel, webLoad, webSoak, curves, search }
    .Parse(args).Invoke();

/// <summary>Whose work is timed.</summary>
internal enum Side
{
    Trainer,
    Plain,
    Tuned,
}

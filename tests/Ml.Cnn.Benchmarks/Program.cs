using System.CommandLine;
using Ml.Cnn.Benchmarks;

// The library's half of the benchmarks: each command does one job and prints one JSON line, with the rate of every epoch or
// step and their median. `tests/benchmark` runs these beside the same jobs in Python and prints the ratios.
var data = new Option<string>("--data") { Description = "The folder of the images (or, where it says so, an archive).", Required = true };
var size = new Option<int>("--size") { DefaultValueFactory = _ => 64 };
var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 32 };
var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 3 };
var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
var arch = new Option<string>("--arch") { DefaultValueFactory = _ => "resnet18" };

var mnist = new Command("mnist", "LeNet-5 on MNIST's IDX files, in memory.") { data, batch, epochs };
mnist.SetAction(r => Report.Print("mnist", TrainingBenchmarks.Mnist(r.GetValue(data)!, r.GetValue(batch), r.GetValue(epochs))));

var folder = new Command("folder", "Training from JPEG files.") { data, arch, size, batch, epochs };
folder.SetAction(r => Report.Print("folder", TrainingBenchmarks.Folder(r.GetValue(data)!, r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), r.GetValue(epochs))));

var loader = new Command("loader", "JPEG files to batches: decoded, random resized crop, flipped, normalised; no network.") { data, size, batch, epochs, threads };
loader.SetAction(r => Report.Print("loader", LoaderBenchmark.Run(r.GetValue(data)!, r.GetValue(size), r.GetValue(batch), r.GetValue(epochs), r.GetValue(threads))));

var read = new Command("read", "Encoded images from a folder or a tar archive, without a network.") { data, epochs, threads };
read.SetAction(r => Report.Print("read", ReadingBenchmarks.Read(r.GetValue(data)!, r.GetValue(epochs), r.GetValue(threads))));

var inspect = new Command("inspect", "A report on the images of a folder or a tar archive, each decoded.") { data, epochs };
inspect.SetAction(r => Report.Print("inspect", ReadingBenchmarks.Inspect(r.GetValue(data)!, r.GetValue(epochs))));

var step = new Command("step", "Where the time of a training step goes.") { arch, size, batch };
step.SetAction(r => StepBenchmark.Run(r.GetValue(arch)!, r.GetValue(size), r.GetValue(batch), 40));

var stages = new Command("stages", "The time that each stage of the loader takes for a picture.") { data, size, epochs };
stages.SetAction(r => StageBenchmark.Run(r.GetValue(data)!, r.GetValue(size), r.GetValue(epochs)));

var images = new Option<int>("--images") { DefaultValueFactory = _ => 400 };
var memory = new Command("memory", "Resident memory after each epoch of a training on drawn digits.") { arch, size, images, epochs };
memory.SetAction(r => MemoryBenchmark.Run(r.GetValue(arch)!, r.GetValue(size), r.GetValue(images), r.GetValue(epochs)));

return new RootCommand("Benchmarks of MlCnn.") { mnist, folder, loader, read, inspect, stages, step }.Parse(args).Invoke();

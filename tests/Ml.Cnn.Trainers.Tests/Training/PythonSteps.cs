using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Steps that a script of TestData takes in PyTorch, from a network's state and on given images.</summary>
internal static class PythonSteps
{
    /// <summary>Calls the script with the files of state, images and labels, the arguments, and the file for what it comes to.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="network">The state.</param>
    /// <param name="images">Float64.</param>
    /// <param name="labels">Int64.</param>
    /// <param name="arguments">What it is to do.</param>
    /// <returns>What the script saved.</returns>
    public static WeightsFile Run(string script, string folder, Module network, Tensor images, Tensor labels, params IEnumerable<string> arguments)
    {
        string[] files = [.. new[] { "state.pth", "images", "labels", "result.pth" }.Select(name => Path.Join(folder, name))];
        using (var file = File.Create(files[0]))
            PyTorchWeights.Write(file, ModuleState.Of(network));
        File.WriteAllBytes(files[1], MemoryMarshal.AsBytes<double>(images.contiguous().data<double>().ToArray()).ToArray());
        File.WriteAllBytes(files[2], MemoryMarshal.AsBytes<long>(labels.data<long>().ToArray()).ToArray());
        PythonTorch.Run(script, [files[0], files[1], files[2], .. arguments, files[3]]);
        return WeightsFile.Read(files[3]);
    }
}

using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers.Architectures;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>The network that --arch means: one of the library's by its name, or that of an ONNX file with the file's weights.</summary>
internal static class NetworkChoice
{
    private const string Onnx = ".onnx";

    /// <summary>Whether --arch means a file.</summary>
    public static bool IsFile(string text) => text.EndsWith(Onnx, StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the network.</summary>
    /// <param name="text">As the command line gave it: a name that there is, or a file.</param>
    /// <exception cref="CommandException">The file is not there, or no network of the library can be made of it.</exception>
    public static Architecture Find(string text)
    {
        if (!IsFile(text))
            return ArchitectureCatalog.Find(text);
        try
        {
            return OnnxNetwork.Load(text);
        }
        catch (Exception e) when (e is OnnxFormatException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--arch: {Messages.Describe(e)}", e);
        }
    }
}

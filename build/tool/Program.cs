using Ml.Cnn.BuildTool;

// Three small jobs that the projects' builds need; build/README.md says why each exists.
//   widen OUTPUT INPUT    a copy of a managed assembly with its internal types and members made public
//   weaken OUTPUT INPUT   a copy of an ELF library whose need of GLIBCXX_3.4.32 is marked weak
//   mend OUTPUT INPUT     a copy of Microsoft.ML.TorchSharp that runs with TorchSharp 0.107
try
{
    switch (args)
    {
        case ["widen", var output, var input]:
            AtomicFile.Write(output, InternalsWidener.Widen(File.ReadAllBytes(input)));
            return 0;
        case ["weaken", var output, var input]:
            AtomicFile.Write(output, ElfVersionNeed.Weaken(File.ReadAllBytes(input), "GLIBCXX_3.4.32"));
            return 0;
        case ["mend", var output, var input]:
            AtomicFile.Write(output, MlNetTorchSharp.Mend(File.ReadAllBytes(input)));
            return 0;
        default:
            Console.Error.WriteLine("usage: widen OUTPUT INPUT | weaken OUTPUT INPUT | mend OUTPUT INPUT");
            return 2;
    }
}
catch (Exception e) when (e is IOException or BadImageFormatException or InvalidDataException or UnauthorizedAccessException)
{
    // The canonical form, so that MSBuild reports it as an error of the build.
    Console.Error.WriteLine($"Ml.Cnn.BuildTool : error MLCNN001: {string.Join(' ', args)}: {e.Message}");
    return 1;
}

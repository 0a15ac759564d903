using System.Globalization;
using Google.Protobuf;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.OnnxConverter.Format;

/// <summary>ONNX files on the disk.</summary>
internal static class OnnxFile
{
    private const int Alignment = 64; // of weights in a file of their own, so that they can be mapped into memory

    /// <summary>What was written.</summary>
    /// <param name="WeightsPath">The file of the weights; null where they are inside.</param>
    /// <param name="Bytes">Of the files together.</param>
    public sealed record Written(string? WeightsPath, long Bytes);

    /// <summary>Writes a model beside its place, has it verified there and puts it in its place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">Its content. Weights that go to a file of their own are taken out of it.</param>
    /// <param name="isExternal">Whether the weights go to a file of their own.</param>
    /// <param name="verify">Looks at the finished file; what it throws keeps those before.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before still is.</exception>
    public static Written Write(string path, ModelProto model, bool isExternal, Action<string> verify)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new IOException($"The network cannot be saved to '{target}': that is a folder. Name a file, such as '{Path.Join(target, "model.onnx")}'.");
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
            throw new IOException($"The network cannot be saved to '{target}': there is no folder '{folder}'. Create it, or save to another place.");
        // The names inside a file with weights beside it are those that it will have, so both are made in a folder of their own.
        var workshop = Path.Join(folder, $".mlcnn-{Path.GetRandomFileName()}.tmp");
        try
        {
            Directory.CreateDirectory(workshop);
            var file = Path.Join(workshop, Path.GetFileName(target));
            var weights = isExternal ? WriteWeights(file + ".data", model) : null;
            AtomicFile.WriteToDisk(file, "mlcnn", model.WriteTo);
            verify(file);
            var bytes = new FileInfo(file).Length + (weights is null ? 0 : new FileInfo(weights).Length);
            if (weights is not null)
                File.Move(weights, target + ".data", overwrite: true);
            File.Move(file, target, overwrite: true);
            return new(weights is null ? null : target + ".data", bytes);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The network cannot be saved to '{target}': {e.Message} Get the right to write there, or save to another place.", e);
        }
        finally
        {
            if (Directory.Exists(workshop))
                Directory.Delete(workshop, recursive: true);
        }
    }

    // Small constants, which tell of shapes, stay inside: programs read them without looking for another file.
    private static string WriteWeights(string path, ModelProto model)
    {
        const int Small = 1024;
        AtomicFile.WriteToDisk(path, "mlcnn", stream =>
        {
            foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.RawData.Length >= Small))
            {
                while (stream.Position % Alignment != 0)
                    stream.WriteByte(0);
                var offset = stream.Position;
                tensor.RawData.WriteTo(stream);
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.ExternalData.Add(Entry("location", Path.GetFileName(path)));
                tensor.ExternalData.Add(Entry("offset", offset.ToString(CultureInfo.InvariantCulture)));
                tensor.ExternalData.Add(Entry("length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture)));
                tensor.ClearRawData();
            }
        });
        return path;

        static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
    }
}

using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects what lies around a file: weights beside it are read from its own folder alone, each byte where it is, and none over and over.</summary>
[TestClass]
public sealed class ExternalWeightsTests
{
    [TestMethod]
    [DataRow("../secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("inner/../../secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("..\\secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("/etc/passwd", "which is no file in the ONNX file's own folder")]
    [DataRow("C:\\secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("C:secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("\\\\server\\share\\secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("//server/secret.bin", "which is no file in the ONNX file's own folder")]
    [DataRow("", "which is no file in the ONNX file's own folder")]
    [DataRow("a\0b", "which is no file in the ONNX file's own folder")]
    [DataRow("nowhere.bin", "which is not there or empty")]
    [DataRow("inner", "which is not there or empty")]
    [DataRow("link.bin", "is a link, which is not followed")]
    [DataRow("linked/secret.bin", "is a link, which is not followed")]
    public void Weights_lie_in_the_files_own_folder_alone(string location, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("secret.bin", new byte[4 * 320]);
        folder.Write("inner/model/placeholder", 1);
        Directory.CreateDirectory(Path.Join(folder.Path, "model", "inner"));
        File.CreateSymbolicLink(Path.Join(folder.Path, "model", "link.bin"), Path.Join(folder.Path, "secret.bin"));
        Directory.CreateSymbolicLink(Path.Join(folder.Path, "model", "linked"), folder.Path);
        var file = HostileFileTests.With(file => Outside(HostileFileTests.Weight(file), location));
        HandFile.Refuse(folder.Write("model/net.onnx", file.Model.ToByteArray()), message);
    }

    [TestMethod]
    [DataRow("offset", "-4", "no number of bytes")]
    [DataRow("offset", "many", "no number of bytes")]
    [DataRow("offset", "4", "which has 1280")]
    [DataRow("offset", "9223372036854775807", "which has 1280")]
    [DataRow("length", "4", "by its place in another file")]
    [DataRow("length", "9223372036854775807", "by its place in another file")]
    public void Places_beyond_a_file_of_weights_are_refused(string key, string value, string message)
    {
        using var folder = new TemporaryFolder();
        folder.Write("net.bin", new byte[4 * 320]);
        var file = HostileFileTests.With(file =>
        {
            Outside(HostileFileTests.Weight(file), "net.bin");
            HostileFileTests.Weight(file).ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        });
        HandFile.Refuse(file.Save(folder), message);
    }

    [TestMethod]
    public void A_small_file_of_weights_is_not_read_over_and_over()
    {
        using var folder = new TemporaryFolder();
        folder.Write("net.bin", new byte[4 * 4096]);
        var file = new GraphFile(13, "N", 1, 8, 8);
        var row = file.Node("Flatten", [GraphFile.Input]);
        for (var i = 0; i < 100; i++)
        {
            row = file.Node("MatMul", [row, file.Draw($"w{i}", 64, 64)]);
            Outside(file.Graph.Initializer[^1], "net.bin");
        }
        HandFile.Refuse(file.Return(row).Save(folder), "lie over one another");
    }

    [TestMethod]
    public void A_file_of_weights_beside_is_read()
    {
        using var folder = new TemporaryFolder();
        var file = HostileFileTests.With(_ => { });
        var images = ImportedScores.Draw([2, 3, 8, 8]);
        var expected = ImportedScores.Of(OnnxNetwork.Load(file.Save(folder)), images, [2, 3, 8, 8]);
        folder.Write("weights/net.bin", [1, 2, 3, 4, .. HostileFileTests.Weight(file).RawData]);
        Outside(HostileFileTests.Weight(file), "weights/net.bin");
        HostileFileTests.Weight(file).ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "4" });
        var path = file.Save(folder);
        CollectionAssert.AreEqual(expected, ImportedScores.Of(OnnxNetwork.Load(path), images, [2, 3, 8, 8]));
        HandFile.Refuse(path, "limit is 100", new() { MaximumBytes = 100 });
        HandFile.Refuse(path, "more than", new() { MaximumBytes = new FileInfo(path).Length + 100 });
    }

    private static void Outside(TensorProto tensor, string location)
    {
        tensor.ClearRawData();
        tensor.DataLocation = DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
    }
}

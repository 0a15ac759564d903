using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Persistence;

namespace Ml.Cnn.Trainers.Tests.Persistence;

/// <summary>Whatever goes wrong while a model is saved, the file that was there before survives and nothing else is left behind.</summary>
[TestClass]
public sealed class SaveAtomicallyTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn").FullName;

    private string Target => Path.Join(_folder, "model.zip");

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void A_saved_model_loads()
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.GenerateDigits(10);
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data);
        File.WriteAllText(Target, "the one before");

        mlContext.Model.SaveAtomically(model, data.Schema, Target);

        var loaded = mlContext.Model.Load(Target, out var schema);
        Assert.AreEqual(data.Schema.Count, schema.Count);
        Assert.IsInstanceOfType<KeyDataViewType>(loaded.Transform(data).Schema["Label"].Type);
        AssertNothingElse();
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    [DataRow(1400)]
    public void A_full_disk_leaves_the_model_before(int room)
    {
        File.WriteAllText(Target, "the one before");

        var failure = Assert.ThrowsExactly<IOException>(() => AtomicModelFile.Write(Target, WriteLikeMlNet, file => new DiskThatFills(file, room)));

        Assert.Contains(Target, failure.Message);
        Assert.Contains("No space left", failure.Message);
        Assert.Contains("unchanged", failure.Message);
        Assert.AreEqual("the one before", File.ReadAllText(Target));
        AssertNothingElse();
    }

    [TestMethod]
    public void A_writer_that_stops_half_way_without_a_word_is_noticed()
    {
        File.WriteAllText(Target, "the one before");

        Assert.ThrowsExactly<IOException>(() => AtomicModelFile.Write(Target, stream => stream.Write(new byte[1000])));

        Assert.AreEqual("the one before", File.ReadAllText(Target));
        AssertNothingElse();
    }

    [TestMethod]
    public void Other_failures_pass_through_and_leave_nothing()
    {
        Assert.ThrowsExactly<NotSupportedException>(() => AtomicModelFile.Write(Target, _ => throw new NotSupportedException()));

        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder));
    }

    [TestMethod]
    public void A_folder_as_the_target_or_no_folder_at_all_is_said_so()
    {
        Assert.Contains("is a folder", Assert.ThrowsExactly<IOException>(() => AtomicModelFile.Write(_folder, WriteLikeMlNet)).Message);
        var missing = Path.Join(_folder, "missing");
        Assert.Contains($"Create the folder '{missing}'", Assert.ThrowsExactly<IOException>(() =>
            AtomicModelFile.Write(Path.Join(missing, "model.zip"), WriteLikeMlNet)).Message);
    }

    [TestMethod]
    public void A_link_stays_a_link()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: links need a privilege on Windows.");
        var real = Path.Join(_folder, "real.zip");
        File.WriteAllText(real, "the one before");
        File.CreateSymbolicLink(Target, real);

        AtomicModelFile.Write(Target, WriteLikeMlNet);

        Assert.IsNotNull(new FileInfo(Target).LinkTarget);
        using var archive = ZipFile.OpenRead(real);
        Assert.HasCount(1, archive.Entries);
    }

    private void AssertNothingElse() => Assert.HasCount(1, Directory.GetFileSystemEntries(_folder));

    // ML.NET's writer: an exception while the archive is closed goes unheard.
    private static void WriteLikeMlNet(Stream stream)
    {
        var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        using (var entry = archive.CreateEntry("weights", CompressionLevel.NoCompression).Open())
            entry.Write(new byte[1300]);
        try
        {
            archive.Dispose();
        }
        catch (IOException)
        {
        }
    }
}

using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests.Persistence;

/// <summary>
/// Protects the models and checkpoints that users have: files of the first format, which TestData/format-1/README.md describes, go on to work.
/// </summary>
[TestClass]
public sealed class FormatOneTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly string s_folder = Path.Join(AppContext.BaseDirectory, "TestData", "format-1");

    [TestMethod]
    [DataRow("plain", StopReason.Completed)]
    [DataRow("everything", StopReason.Completed)]
    [DataRow("cancelled", StopReason.Canceled)]
    public void A_model_scores_as_it_did(string name, StopReason reason)
    {
        var model = s_mlContext.Model.Load(Path.Join(s_folder, name + ".zip"), out _);
        Assert.AreEqual(reason, CnnTransformer.Find(model)!.StopReason);
        AssertScores(name, model, within: 1e-6f); // other CPUs may round otherwise
    }

    /// <summary>What a model says of its training stays when it is saved again, though it is less than today's models say.</summary>
    [TestMethod]
    public void A_model_that_is_saved_again_keeps_what_it_says_of_its_training()
    {
        var model = s_mlContext.Model.Load(Path.Join(s_folder, "everything.zip"), out var schema);
        var again = Path.Join(Directory.CreateTempSubdirectory("mlcnn-format").FullName, "again.zip");
        s_mlContext.Model.Save(model, schema, again);
        var loaded = s_mlContext.Model.Load(again, out _);
        var settings = CnnTransformer.Find(loaded)!.Scorer.Model.Training!.Settings;
        Assert.AreEqual(0.1, settings.GetProperty("labelSmoothing").GetDouble());
        Assert.AreEqual("adamW", settings.GetProperty("optimizer").GetString());
        AssertScores("everything", loaded, within: 1e-6f);
        File.Delete(again);
    }

    [TestMethod]
    public void A_checkpoint_is_resumed()
    {
        var folder = Copy();
        var resumed = Fit(new() { Folder = folder, Resume = true });
        Assert.AreEqual("1, 2, 3, 4", string.Join(", ", resumed.History.Select(e => e.Epoch)));
        AssertScores("checkpoint", resumed.Transform, within: 0.02f); // two epochs of training on another CPU may drift
        var undisturbed = Fit(null);
        Assert.AreEqual(undisturbed.History[3].Loss, resumed.History[3].Loss, 1e-4, "the resumed training goes on where the earlier one stopped");
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void A_checkpoint_of_other_settings_is_refused_by_name()
    {
        var folder = Copy();
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(new() { Folder = folder, Resume = true }, o => o.Momentum = 0.5));
        StringAssert.Contains(e.Message, "Momentum was 0.9 and is 0.5");
        Directory.Delete(folder, recursive: true);
    }

    private static string Copy()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-format").FullName;
        foreach (var file in Directory.GetFiles(Path.Join(s_folder, "checkpoint")))
            File.Copy(file, Path.Join(folder, Path.GetFileName(file)));
        return folder;
    }

    private static CnnTransformer Fit(CheckpointOptions? checkpoints, Action<LeNetOptions>? change = null) =>
        s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(300), Pipelines.Options(epochs: 4, o =>
        {
            (o.BatchSize, o.Seed, o.NetworkThreads, o.Device, o.Checkpoints) = (30, 5, 1, "cpu", checkpoints);
            (o.LearningRate, o.Schedule) = (0.05, LearningRateSchedule.Cosine); // the defaults of those days
            change?.Invoke(o);
        })).LastTransformer;

    private static void AssertScores(string name, ITransformer model, float within) => AssertScores(name, model.Transform, within);

    private static void AssertScores(string name, Func<IDataView, IDataView> transform, float within)
    {
        var expected = File.ReadLines(Path.Join(s_folder, name + ".scores"))
            .Select(line => MemoryMarshal.Cast<byte, float>(Convert.FromHexString(line)).ToArray()).ToArray();
        var actual = transform(s_mlContext.Data.GenerateDigits(40, seed: 2)).GetColumn<float[]>("Score").ToArray();
        Pipelines.AssertClose(expected, actual, within, name);
    }
}

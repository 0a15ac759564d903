using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>model.zip: what it says, that it scores the same elsewhere, and that damage is named and never followed.</summary>
[TestClass]
public sealed class ModelFileTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(60);
    private static readonly byte[] s_file = s_mlContext.Save(s_mlContext.FitLeNet(s_digits), s_digits.Schema);

    /// <summary>Protects deployment: another process, with another culture and no registration, scores the same to the last bit.</summary>
    [TestMethod]
    [DataRow("de-DE")]
    [DataRow("tr-TR")]
    [DataRow("fa-IR")]
    public void Another_process_scores_the_same_bits_under_any_culture(string culture)
    {
        var model = s_mlContext.FitLeNet(s_digits, Pipelines.Options(change: o => o.LearningRate = 0.0123));
        var path = Path.Combine(Path.GetTempPath(), $"mlcnn-{Guid.NewGuid():N}.zip");
        File.WriteAllBytes(path, s_mlContext.Save(model, s_digits.Schema));
        try
        {
            var expected = Pipelines.Scores(model.Transform(s_mlContext.Data.GenerateDigits(40, seed: 2)))
                .Select(s => Convert.ToHexString(MemoryMarshal.AsBytes<float>(s)));
            CollectionAssert.AreEqual(expected.ToArray(), Score(path, 40, culture));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects models that were saved under a culture with other digits' signs: the file is the same.</summary>
    [TestMethod]
    public void The_file_does_not_depend_on_the_culture()
    {
        var model = s_mlContext.FitLeNet(s_digits);
        var invariant = Entry(s_mlContext.Save(model), "model.json");
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("tr-TR");
            CollectionAssert.AreEqual(invariant, Entry(s_mlContext.Save(model), "model.json"));
            Pipelines.AssertSame(Pipelines.Scores(model.Transform(s_digits)), Pipelines.Scores(Pipelines.Load(s_mlContext.Save(model)).Transform(s_digits)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Protects people and programs that look into a model: names, sizes, preprocessing, classes and history are there to read.</summary>
    [TestMethod]
    public void The_json_says_what_the_model_is()
    {
        var json = JsonNode.Parse(Entry(s_file, "model.json"))!;
        Assert.AreEqual("lenet5", (string?)json["architecture"]!["name"]);
        Assert.AreEqual("relu", (string?)json["architecture"]!["settings"]!["activation"]);
        Assert.AreEqual((1, 28, 28, 10), ((int)json["network"]!["channels"]!, (int)json["network"]!["height"]!, (int)json["network"]!["width"]!,
            (int)json["network"]!["classes"]!));
        Assert.AreEqual(28, (int)json["preprocessing"]!["height"]!);
        Assert.AreEqual("bilinear", (string?)json["preprocessing"]!["interpolation"]);
        Assert.AreEqual(0.1307, (double)json["preprocessing"]!["normalization"]!["mean"]![0]!, 1e-6);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 10).Select(i => $"{i}").ToArray(), json["classes"]!["names"]!.AsArray().Select(n => (string?)n)
            .ToArray());
        Assert.AreEqual("text", (string?)json["classes"]!["type"]);
        Assert.AreEqual("Image", (string?)json["columns"]!["feature"]);
        Assert.AreEqual("completed", (string?)json["training"]!["stopReason"]);
        Assert.AreEqual(60, (int)json["training"]!["epochs"]![0]!["images"]!);
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(Entry(s_file, "weights.safetensors"))), (string?)json["weights"]!["sha256"]);
    }

    /// <summary>Protects what was chosen beyond the network's name, and everything that a transformer tells about itself.</summary>
    [TestMethod]
    public void Settings_and_history_survive()
    {
        var options = Pipelines.Options(epochs: 2, change: o => (o.Activation, o.Pooling, o.ImageSize, o.OnBadImage, o.ScoreColumnName) =
            (LeNetActivation.Tanh, LeNetPooling.Average, 20, BadImageHandling.Skip, "Probability"));
        var model = s_mlContext.FitLeNet(s_digits, options).LastTransformer;
        var loaded = (CnnTransformer)Pipelines.Load(s_mlContext.Save(model));

        CollectionAssert.AreEqual(model.Architecture.Settings.OrderBy(s => s.Key).ToArray(), loaded.Architecture.Settings.OrderBy(s => s.Key).ToArray());
        Assert.AreEqual("tanh", loaded.Architecture.Settings["activation"]);
        Assert.AreEqual("average", loaded.Architecture.Settings["pooling"]);
        CollectionAssert.AreEqual(model.History.ToArray(), loaded.History.ToArray());
        CollectionAssert.AreEqual(model.ClassNames.ToArray(), loaded.ClassNames.ToArray());
        Assert.AreEqual((model.Shape, model.Preprocessing, model.StopReason), (loaded.Shape, loaded.Preprocessing, loaded.StopReason));
        Assert.AreEqual(Pipelines.Weights(model), Pipelines.Weights(loaded));
        CollectionAssert.AreEqual(model.Transform(s_digits).GetColumn<float[]>("Probability").SelectMany(s => s).ToArray(),
            loaded.Transform(s_digits).GetColumn<float[]>("Probability").SelectMany(s => s).ToArray());
    }

    /// <summary>Protects networks with batch norm: their running statistics are saved too.</summary>
    [TestMethod]
    public void Running_statistics_are_saved()
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 16, ImageSize = 32 };
        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.MulticlassClassification.Trainers.Cnn("resnet18", options))
            .Fit(s_digits);
        var loaded = Pipelines.Load(s_mlContext.Save(model));
        Pipelines.AssertSame(Pipelines.Scores(model.Transform(s_digits)), Pipelines.Scores(loaded.Transform(s_digits)));
    }

    /// <summary>Protects networks of a user's own: a marked method is found again, …</summary>
    [TestMethod]
    public void A_marked_network_of_ones_own_loads()
    {
        var model = s_mlContext.FitOwn(s_digits, Networks.Marked);
        Assert.AreEqual(Pipelines.Weights(model), Pipelines.Weights((CnnTransformer)Pipelines.Load(s_mlContext.Save(model))));
    }

    /// <summary>… and a model file can have nothing called that does not carry the mark.</summary>
    [TestMethod]
    public void An_unmarked_network_or_a_lambda_saves_and_says_why_it_does_not_load()
    {
        foreach (var network in (Func<int, int, nn.Module<Tensor, Tensor>>[])[Networks.Unmarked, (channels, classes) => Networks.Marked(channels, classes)])
        {
            var file = s_mlContext.Save(s_mlContext.FitOwn(s_digits, network));
            AssertDamaged(file, "[CnnNetwork]");
        }
        var marked = s_mlContext.Save(s_mlContext.FitOwn(s_digits, Networks.Marked));
        AssertDamaged(Altered(marked, json => json["architecture"]!["settings"]!["method"] = "NoSuchMethod"), "NoSuchMethod");
        AssertDamaged(Altered(marked, json => json["architecture"]!["settings"]!["type"] = "No.Such.Type"), "No.Such.Type");
        AssertDamaged(Altered(marked, json => json["architecture"]!["settings"]!["assembly"] = "NoSuchAssembly"), "NoSuchAssembly");
        AssertDamaged(Altered(marked, json => json["architecture"]!["settings"] = new JsonObject()), "which method");
        AssertDamaged(Altered(marked, json =>
        {
            json["architecture"]!["settings"]!["assembly"] = "System.Private.CoreLib";
            json["architecture"]!["settings"]!["type"] = "System.Math";
            json["architecture"]!["settings"]!["method"] = "Max";
        }), "[CnnNetwork]");
    }

    /// <summary>Protects against files cut short by a full disk or a broken download, wherever the cut is.</summary>
    [TestMethod]
    public void A_file_cut_short_is_an_exception()
    {
        foreach (var share in (double[])[0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999])
            Assert.Throws<Exception>(() => Pipelines.Load(s_file[..(int)(s_file.Length * share)]), $"{share}");
    }

    /// <summary>Protects against altered files: a flipped byte anywhere in the weights or the description is named.</summary>
    [TestMethod]
    [DataRow("weights.safetensors", 0.0)]
    [DataRow("weights.safetensors", 0.001)]
    [DataRow("weights.safetensors", 0.5)]
    [DataRow("weights.safetensors", 0.999)]
    [DataRow("model.json", 0.0)]
    [DataRow("model.json", 0.5)]
    [DataRow("model.json", 0.999)]
    public void A_flipped_byte_is_found_and_the_entry_named(string entry, double place)
    {
        var content = Entry(s_file, entry);
        content[(int)(content.Length * place)] ^= 1;
        AssertDamaged(Replaced(s_file, entry, content), entry);
        AssertDamaged(Replaced(s_file, entry, content[..(content.Length / 2)]), entry);
        AssertDamaged(Replaced(s_file, entry, []), entry);
        AssertDamaged(Replaced(s_file, entry, null), entry);
    }

    /// <summary>Protects against bits that rot in the compressed file itself: no place of it leads to a crash or to other scores.</summary>
    [TestMethod]
    public void A_byte_that_rots_anywhere_gives_an_exception_or_the_same_scores()
    {
        var expected = Pipelines.Scores(Pipelines.Load(s_file).Transform(s_digits));
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var file = s_file.ToArray();
            file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            ITransformer loaded;
            try
            {
                loaded = Pipelines.Load(file);
            }
            catch (Exception)
            {
                continue;
            }
            Pipelines.AssertSame(expected, Pipelines.Scores(loaded.Transform(s_digits)));
        }
    }

    /// <summary>Protects against descriptions that are well formed, hashes included, and wrong: what is wrong is said.</summary>
    [TestMethod]
    public void A_wrong_description_is_refused_in_words()
    {
        AssertDamaged(Altered(s_file, json => json["formatVersion"] = 99), "update the library");
        AssertDamaged(Altered(s_file, json => json["architecture"]!["name"] = "lenet99"), "lenet99");
        AssertDamaged(Altered(s_file, json => json["architecture"]!["settings"]!["activation"] = "sine"), "sine");
        AssertDamaged(Altered(s_file, json => json["architecture"]!["settings"]!["color"] = "red"), "color");
        AssertDamaged(Altered(s_file, json => json["network"]!["classes"] = 9), "9 classes");
        AssertDamaged(Altered(s_file, json => json["network"]!["height"] = 4), "28");
        AssertDamaged(Altered(s_file, json => json["network"]!["channels"] = 3), "channels");
        AssertDamaged(Altered(s_file, json => (json["network"]!["height"], json["preprocessing"]!["height"]) = (4, 4)), "at least 12");
        AssertDamaged(Altered(s_file, json => (json["network"]!["height"], json["preprocessing"]!["height"]) = (32, 32)), "do not fit lenet5");
        AssertDamaged(Altered(s_file, json => (json["network"]!["height"], json["preprocessing"]!["height"]) = (2_000_000_000, 2_000_000_000)), "lenet5");
        AssertDamaged(Altered(s_file, json => json["preprocessing"]!["normalization"]!["mean"] = new JsonArray()), "normalization");
        AssertDamaged(Altered(s_file, json => json["preprocessing"]!["interpolation"] = "guess"), "interpolation");
        AssertDamaged(Altered(s_file, json => json["classes"]!["type"] = "color"), "color");
        AssertDamaged(Altered(s_file, json => json["classes"]!["type"] = "int32", names: ["x"]), "model.json");
        AssertDamaged(Altered(s_file, json => json["columns"]!["feature"] = null), "model.json");
        AssertDamaged(Altered(s_file, json => json.AsObject().Remove("classes")), "classes");
    }

    /// <summary>Protects against a mix-up of files: another network's weights do not fit, and the first that does not is named.</summary>
    [TestMethod]
    public void Another_networks_weights_are_refused()
    {
        var color = s_mlContext.Save(s_mlContext.FitLeNet(s_digits, Pipelines.Options(change: o => o.Channels = 3)));
        var weights = Entry(color, "weights.safetensors");
        AssertDamaged(Replaced(s_file, "weights.safetensors", weights), "weights.safetensors");
        var rehashed = Altered(Replaced(s_file, "weights.safetensors", weights), json =>
        {
            json["weights"]!["bytes"] = weights.Length;
            json["weights"]!["sha256"] = Convert.ToHexStringLower(SHA256.HashData(weights));
        });
        AssertDamaged(rehashed, "conv1.weight: [6, 3, 5, 5] instead of [6, 1, 5, 5]");
    }

    /// <summary>Protects against files of another kind or time.</summary>
    [TestMethod]
    public void A_foreign_file_or_version_is_refused()
    {
        Assert.Throws<Exception>(() => Pipelines.Load(Encoding.UTF8.GetBytes("This is no model.")));
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            zip.CreateEntry("readme.txt");
        Assert.Throws<Exception>(() => Pipelines.Load(stream.ToArray()));

        var single = s_mlContext.Save(s_mlContext.FitLeNet(s_digits).LastTransformer);
        var header = Entry(single, "Model.key");
        var at = header.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x02, 0x00, 0x01, 0x00, 0x02, 0x00, 0x01, 0x00]);
        Assert.IsGreaterThan(0, at, "The header holds the version twice: written and readable.");
        header[at] = header[at + 4] = 9;
        Assert.Contains("too new", Refused(Replaced(single, "Model.key", header)).Message);
    }

    private static void AssertDamaged(byte[] file, string named)
    {
        var error = Refused(file);
        Assert.Contains("Corrupt model file", error.Message);
        Assert.Contains(named, error.Message);
    }

    /// <summary>Loading fails with a FormatException, which ML.NET wraps once for every transformer that holds another.</summary>
    private static FormatException Refused(byte[] file)
    {
        var error = Assert.Throws<Exception>(() => Pipelines.Load(file));
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is FormatException format)
                return format;
        throw new AssertFailedException($"No FormatException: {error}");
    }

    /// <summary>Protects those who ask where a model comes from: format 1 told of a training, without epochs, of imported weights too.</summary>
    [TestMethod]
    public void Imported_weights_of_format_1_lose_the_training_that_nobody_saw()
    {
        var trained = File.ReadAllBytes(Path.Join(AppContext.BaseDirectory, "TestData", "format-1", "plain.zip"));
        var imported = Altered(trained, json => json["training"]!["epochs"] = new JsonArray());
        Assert.IsNotNull(CnnTransformer.Find(Pipelines.Load(trained))!.Scorer.Model.Training);
        Assert.IsNull(CnnTransformer.Find(Pipelines.Load(imported))!.Scorer.Model.Training);
    }

    private static byte[] Entry(byte[] file, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        using var content = Find(zip, name).Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>An entry of the network's folder in the file.</summary>
    private static ZipArchiveEntry Find(ZipArchive zip, string name)
    {
        var folder = zip.Entries.Single(e => e.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal)).FullName[..^"weights.safetensors".Length];
        return zip.GetEntry(folder + name)!;
    }

    /// <summary>The file with another content of one entry, or without it.</summary>
    private static byte[] Replaced(byte[] file, string name, byte[]? content)
    {
        using var stream = new MemoryStream();
        stream.Write(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var old = Find(zip, name);
            var path = old.FullName;
            old.Delete();
            if (content is not null)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>The file with another description whose hash is right, as someone would write who knows the format.</summary>
    private static byte[] Altered(byte[] file, Action<JsonNode> change, string[]? names = null)
    {
        var old = Entry(file, "model.json");
        var json = JsonNode.Parse(old)!;
        change(json);
        if (names is not null)
            json["classes"]!["names"] =
                new JsonArray([.. json["classes"]!["names"]!.AsArray().Select((n, i) => (JsonNode)(i < names.Length ? names[i] : (string)n!))]);
        var text = JsonSerializer.SerializeToUtf8Bytes(json);
        var header = Entry(file, "Model.key");
        foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
        {
            var at = header.AsSpan().IndexOf(encoding.GetBytes(Hash(old)));
            if (at >= 0)
                encoding.GetBytes(Hash(text)).CopyTo(header, at);
        }
        return Replaced(Replaced(file, "model.json", text), "Model.key", header);

        static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    private static string[] Score(string model, int count, string culture)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "ScoreProgram.dll"), model,
            count.ToString(CultureInfo.InvariantCulture), culture])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "false"; // where there is no ICU
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}

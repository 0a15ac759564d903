using System.IO.Compression;

namespace MlCnn.Cli.Tests;

/// <summary>What needs no network: help, the list of networks, and command lines that are wrong.</summary>
[TestClass]
public sealed class UsageTests : CliTest
{
    [TestMethod]
    public void Help_and_version_succeed()
    {
        Assert.Contains("predict", Run("--help").Expect(0).Output);
        var help = Run("train", "--help").Expect(0).Output;
        Assert.Contains("--learning-rate <X>", help);
        foreach (var source in (string[])["folder", ".tgz", ":FOLDER", ".tsv", "mnist:DIR", "cifar10:DIR", "cifar100:DIR", "digits:COUNT"])
            Assert.Contains(source, help);
        Assert.Contains("from 10 to 100", help);
        Assert.Contains("--arch <NAME|FILE.onnx>", help);
        Assert.Contains("0.1.0", Run("--version").Expect(0).Output);
    }

    [TestMethod]
    public void Models_lists_every_network()
    {
        var models = Run("models", "--json").Expect(0).Json;
        AssertProperties(models, "models");
        foreach (var model in models.GetProperty("models").EnumerateArray())
            AssertProperties(model, "name", "family", "year", "paper", "inputSize", "parameters", "pretrained");
        var lenet = models.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == "lenet5");
        Assert.AreEqual(28, lenet.GetProperty("inputSize").GetInt32());
        Assert.AreEqual(61_706, lenet.GetProperty("parameters").GetInt64());
        Assert.AreEqual(0, lenet.GetProperty("pretrained").GetArrayLength());
        var resnet = models.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == "resnet50");
        CollectionAssert.AreEquivalent((string[])["ResNet50_Weights.IMAGENET1K_V1", "ResNet50_Weights.IMAGENET1K_V2"], resnet.GetProperty("pretrained")
            .EnumerateArray().Select(name => name.GetString()).ToArray());

        var (table, papers) = (Run("models").Expect(0).Output, Run("models", "--papers").Expect(0).Output);
        foreach (var model in models.GetProperty("models").EnumerateArray())
        {
            Assert.Contains(model.GetProperty("name").GetString()!, table);
            Assert.Contains(model.GetProperty("paper").GetString()!, papers);
        }
        Assert.IsLessThanOrEqualTo(80, table.Split('\n').Max(line => line.TrimEnd().Length), "fits a terminal");
    }

    [TestMethod]
    [DataRow("", "Commands:")]
    [DataRow("pre", "'pre'")]
    [DataRow("models --jsn", "'--jsn'")]
    [DataRow("train --data digits:9 --arch lenet5", "'--out' is required")]
    [DataRow("train --data digits:9 --arch resnet19 --out m.zip", "resnet18")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --epochs 0", "--epochs must be a whole number of at least 1, not '0'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --epochs ten", "'ten'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --learning-rate 0,1", "'0,1'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --device gpu", "'gpu'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --optimizer momentum", "sgd, adam, adamw, rmsprop, lars or lamb, not 'momentum'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --schedule cosinus", "step:EPOCHS[,FACTOR]")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --schedule step:0", "'step:0'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --warm-up 10", "shorter than the 10 epochs")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --preset resnet", "resnet110-cifar")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --class-weights equal", "cat=2,dog=0.5")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --label-smoothing 1", "from 0 to below 1")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --ema 0", "above 0 and below 1")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --multi-scale 28-56", "192,224,256")]
    [DataRow("lr-find --data digits:9", "'--arch' is required")]
    [DataRow("lr-find --data digits:9 --arch lenet5 --from 1 --to 0.1", "--to must be above --from")]
    [DataRow("lr-find --data digits:9 --arch lenet5 --epochs 3", "'--epochs'")]
    [DataRow("train --data digits:0 --arch lenet5 --out m.zip", "'digits:0'")]
    [DataRow("train --data mnist: --arch lenet5 --out m.zip", "'mnist:'")]
    [DataRow("train --data mnist:dir:tset --arch lenet5 --out m.zip", ":tset")]
    [DataRow("train --data digits:9 --arch vgg11 --out m.zip", "--image-size 32")]
    [DataRow("train --data digits:9 --validation . --arch lenet5 --out m.zip", "--validation")]
    [DataRow("train --data cifar10:dir --validation digits:9 --arch lenet5 --out m.zip", "--validation")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --augment lihgt", "alexnet, cifar, inception, light, trivial, vgg or writing, not 'lihgt'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --precision half", "auto, float32, bfloat16 or float16")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --cache disk", "none, memory or file")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --time-budget 10", "--time-budget must be a time such as 90s, 10m or 1.5h, not '10'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --time-budget 0s", "'0s'")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --validation-fraction 1", "above 0 and below 1")]
    [DataRow("train --data digits:9 --validation digits:9 --arch lenet5 --out m.zip --validation-fraction 0.1", "give one of them")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --early-stopping 0", "--early-stopping must be a whole number of at least 1")]
    [DataRow("train --data digits:9 --arch lenet5 --out m.zip --resume", "--resume needs --checkpoint")]
    [DataRow("summary", "either --arch or --model")]
    [DataRow("summary --arch lenet5 --model m.zip", "either --arch or --model")]
    [DataRow("summary --arch lenet6", "lenet5")]
    [DataRow("summary --arch vgg16 --image-size 31", "at least 32×32 pixels")]
    [DataRow("summary --arch vgg16 --classes 0", "at least 1, not '0'")]
    [DataRow("summary --model m.zip --classes 3", "go with --arch")]
    [DataRow("data", "SRC")]
    [DataRow("data --jsn", "'--jsn'")]
    [DataRow("data a.tar:", "'a.tar:'")]
    [DataRow("data cifar100:dir:tset", ":tset")]
    [DataRow("augment digits:9 --out a.png", "'--augment' is required")]
    [DataRow("augment digits:9 --out a.png --augment nothing", "alexnet")]
    [DataRow("augment digits:9 --out a.png --augment light --views 0", "at least 1")]
    [DataRow("augment digits:9 --out a.png --preset light --size 100000", "lower")]
    [DataRow("evaluate --data digits:9", "'--model' is required")]
    [DataRow("import --arch resnet18 --out m.zip", "'--weights' is required")]
    [DataRow("import --arch resnet19 --weights w.pth --out m.zip", "resnet18")]
    [DataRow("import --arch resnet18 --weights resnet19 --out m.zip", "ResNet18_Weights.IMAGENET1K_V1")]
    [DataRow("import --arch resnet18 --weights resnet34 --out m.zip", "not of resnet18")]
    [DataRow("export --model m.zip", "'--out' is required")]
    [DataRow("export --model m.zip --out n.bin", "--out: the ending of 'n.bin' tells no format")]
    [DataRow("export --model m.zip --out n.pt --format torch", "torchscript, safetensors, pth or service, not 'torch'")]
    [DataRow("export --model m.zip --out n.pt --pixels hwc", "nhwc or nchw, not 'hwc'")]
    [DataRow("export --model m.zip --out n.pth --probabilities", "--probabilities goes with --format onnx or torchscript, not with pth")]
    [DataRow("weights", "mlcnn weights --help")]
    [DataRow("weights list --arch resnet19", "'resnet19'")]
    [DataRow("weights get", "NAME")]
    [DataRow("weights get resnet50:V3", "ResNet50_Weights.IMAGENET1K_V2")]
    [DataRow("weights verify --jsn", "'--jsn'")]
    [DataRow("score --model m.zip --data digits:9 --out s.txt", ".csv, .jsonl, .ndjson or .parquet")]
    [DataRow("score --model m.zip --data digits:9 --out s.csv --shard 5/4", "numbered from 1")]
    [DataRow("score --model m.zip --data digits:9 --out s.csv --format xml", "csv, jsonl or parquet")]
    [DataRow("merge s-1-of-2.csv", "'--out' is required")]
    [DataRow("predict --model m.zip", "IMAGE")]
    [DataRow("predict --model m.zip --tpo 3 a.png", "'--tpo'")]
    [DataRow("predict --model --top 3 a.png", "--model needs a value")]
    public void Wrong_usage_is_exit_code_2_and_says_why(string commandLine, string why)
    {
        var result = Run(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Expect(2);
        Assert.Contains(why, result.Error);
        Assert.AreEqual("", result.Output);
    }

    [TestMethod]
    [DataRow("train --data nowhere --arch lenet5 --out m.zip", "nowhere")]
    [DataRow("train --data mnist:C:\\nowhere --arch lenet5 --out m.zip", "C:\\nowhere")]
    [DataRow("train --data digits:9 --arch lenet5 --out .", "is a folder")]
    [DataRow("train --data digits:9 --arch lenet5 --out nowhere/m.zip", "no folder")]
    [DataRow("evaluate --model m.zip --data digits:9", "no file 'm.zip'")]
    [DataRow("summary --model m.zip", "no file 'm.zip'")]
    [DataRow("score --model m.zip --data digits:9 --out s.csv", "no file 'm.zip'")]
    [DataRow("merge --out s.csv", "no shards 's-K-of-N.csv'")]
    [DataRow("merge a.csv --out s.csv", "no file 'a.csv'")]
    [DataRow("data nowhere", "nowhere")]
    [DataRow("data nowhere.tar.gz:train --json", "nowhere.tar.gz'")]
    [DataRow("data nowhere.csv --json", "nowhere.csv")]
    [DataRow("data nowhere.zip:train", "nowhere.zip'")]
    [DataRow("data nowhere.7z", "nowhere.7z'")]
    [DataRow("data cifar10:nowhere", "nowhere")]
    [DataRow("augment digits:9 --augment light --out nowhere/a.png", "no folder")]
    [DataRow("augment nowhere --augment light --out a.png", "nowhere")]
    [DataRow("import --arch resnet18 --weights nowhere.pth --out m.zip", "nowhere.pth")]
    [DataRow("import --arch resnet18 --weights resnet18 --labels nowhere.txt --out m.zip", "nowhere.txt")]
    [DataRow("import --arch resnet18 --weights resnet18 --out nowhere/m.zip", "no folder")]
    [DataRow("export --model m.zip --out n.pt", "no file 'm.zip'")]
    [DataRow("weights get resnet18", "put the file resnet18-f37072fd.pth into the folder")]
    [DataRow("weights verify resnet18", "mlcnn weights get")]
    public void What_cannot_be_done_is_exit_code_1_in_one_line(string commandLine, string why)
    {
        var result = Run(commandLine.Split(' ')).Expect(1);
        Assert.Contains(why, result.Error);
        Assert.AreEqual(1, result.Error.TrimEnd().Split('\n').Length, result.Error);
        Assert.AreEqual("", result.Output);
    }

    [TestMethod]
    [DataRow("m.zip", "no zip", "'m.zip' is not a model: models are zip archives")]
    [DataRow("m.zip", "", "'m.zip' is empty")]
    [DataRow("m.zip", "PK\u0003\u0004 and no more", "'m.zip' is cut off or damaged")]
    [DataRow("w.pth", "weights", "mlcnn import --arch NAME --weights w.pth --out model.zip")]
    [DataRow("w.safetensors", "weights", "mlcnn import --arch NAME --weights w.safetensors --out model.zip")]
    [DataRow("w.onnx", "a graph", "ONNX")]
    [DataRow("folder/m.zip", "", "'folder' is a folder")]
    public void A_file_that_is_no_model_is_said_so(string file, string content, string why)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(Folder, file))!);
        File.WriteAllText(Path.Join(Folder, file), content);
        var result = Run("predict", "--model", file.Split('/')[0], "a.png").Expect(1);
        Assert.Contains(why, result.Error);
        Assert.AreEqual(1, result.Error.TrimEnd().Split('\n').Length, result.Error);
    }

    [TestMethod]
    public void Another_archive_than_a_model_is_said_so()
    {
        using (var archive = ZipFile.Open(Path.Join(Folder, "holiday.zip"), ZipArchiveMode.Create))
            archive.CreateEntry("beach.jpg");
        using (var weights = ZipFile.Open(Path.Join(Folder, "w.zip"), ZipArchiveMode.Create))
            weights.CreateEntry("archive/data.pkl");
        Assert.Contains("'holiday.zip' is a zip archive, but not one of a model", Run("predict", "--model", "holiday.zip", "a.png").Expect(1).Error);
        Assert.Contains("mlcnn import", Run("evaluate", "--model", "w.zip", "--data", "digits:9").Expect(1).Error);
    }
}

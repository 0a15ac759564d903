using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Networks that learn from another one's outputs.</summary>
[TestClass]
public sealed class DistillationTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static TransformerChain<CnnTransformer> s_teacher = null!;

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-distillation").FullName;

    [ClassInitialize]
    public static void Train(TestContext _) => s_teacher = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(1000),
        Pipelines.Options(epochs: 2, o => (o.Optimizer, o.LearningRate) = (Optimizer.AdamW, 0.004)));

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects the definition, by hand: T² · Σ teacher · log(teacher / network), both softened.</summary>
    [TestMethod]
    [DataRow(1.0)]
    [DataRow(4.0)]
    public void The_loss_is_the_divergence_of_softened_outputs(double temperature)
    {
        using var scope = NewDisposeScope();
        double[] own = [1, 2, -1], teacher = [0.5, 3, 0];
        var (p, q) = (Softmax(teacher), Softmax(own));
        var expected = temperature * temperature * p.Zip(q, (wanted, is_) => wanted * Math.Log(wanted / is_)).Sum();
        var loss = new DistillationLoss(temperature, 0.9);
        Assert.AreEqual(expected, loss.OfEach(Row(own), Row(teacher)).item<float>(), 1e-5);
        Assert.AreEqual(0.1 * 2 + 0.9 * 3, loss.Join(tensor(2f), tensor(3f)).item<float>(), 1e-6);

        double[] Softmax(double[] logits)
        {
            var exponentials = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
            return [.. exponentials.Select(one => one / exponentials.Sum())];
        }

        static Tensor Row(double[] values) => tensor(values.Select(value => (float)value).ToArray()).unsqueeze(0);
    }

    /// <summary>
    /// Protects what the teacher sees, and whom it speaks of: the loss of a step is the one that follows from the scores of both models, with classes in
    /// another order, fewer of them, images of another size and other statistics of the pixels.
    /// </summary>
    [TestMethod]
    [DataRow(28, false, 10, 1e-4)]
    [DataRow(28, true, 10, 1e-4)]
    [DataRow(28, true, 6, 1e-4)]
    [DataRow(56, false, 10, 0.02)] // pixels are brought to this size as bytes for scoring, and as numbers in training
    public void The_loss_of_a_step_follows_from_both_models_scores(int teacherSize, bool otherStatistics, int classes, double within)
    {
        const double Share = 0.7;
        var digits = Digits(40, classes);
        var teacher = Fit(Digits(600, 10, reversed: true), o =>
        {
            (o.Epochs, o.ImageSize) = (2, teacherSize);
            if (otherStatistics)
                o.Weights = Renormalized();
        });
        var student = Fit(digits, o => o.Epochs = 1);
        var (trained, images) = (Fit(digits, o =>
        {
            (o.Weights, o.LearningRate, o.BatchSize, o.Epochs) = (student, 1e-12, 40, 1);
            o.Distillation = new(teacher) { Temperature = 1, Share = Share };
        }), s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits));

        string[] labels = [.. digits.GetColumn<string>("Label")];
        var (own, wanted) = (Pipelines.Scores(student.Transform(images)), Pipelines.Scores(teacher.Transform(images)));
        var expected = labels.Select((label, row) =>
        {
            var common = student.ClassNames.Select(name => (double)wanted[row][teacher.ClassNames.Index().First(c => c.Item == name).Index]).ToArray();
            var divergence = common.Select((p, c) => p / common.Sum() * Math.Log(p / common.Sum() / own[row][c])).Sum();
            return (1 - Share) * -Math.Log(own[row][student.ClassNames.Index().First(c => c.Item == label).Index]) + Share * divergence;
        }).Average();
        Assert.AreEqual(expected, trained.History[0].Loss, within);

        // Weights whose images have other statistics: those of a network for them.
        InitialWeights Renormalized()
        {
            var network = Trainers.Architectures.LeNet.Create() with { Normalization = new([0.3f], [0.6f]) };
            return s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.MulticlassClassification.Trainers.Cnn(network,
                new CnnOptions { FeatureColumnName = "Image", Epochs = 1 })).Fit(Digits(100, 10)).LastTransformer;
        }
    }

    /// <summary>
    /// Shows what it is for, on real digits (Hinton, Vinyals and Dean 2015, section 3): a network that never sees a 3 knows most of them, by what its teacher
    /// says of the other digits.
    /// </summary>
    [TestMethod]
    public void A_digit_that_was_never_seen_is_known_by_the_teacher_s_word()
    {
        var (all, test) = (Mnist(DataSplit.Train, 3000, _ => true), Mnist(DataSplit.Test, 2000, digit => digit == "3"));
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(all);
        var teacher = Train(all, o => { });
        var without = Mnist(DataSplit.Train, 3000, digit => digit != "3");
        var (alone, taught) = (Threes(Train(without, o => { })), Threes(Train(without, o => o.Distillation = new(teacher) { Temperature = 8, Share = 1 })));
        Console.WriteLine(FormattableString.Invariant(
            $"of the threes that no training image shows: alone {alone}, taught {taught}, the teacher {Threes(teacher)}"));
        Assert.AreEqual(0, alone);
        Assert.IsGreaterThan(0.2, taught);

        CnnTransformer Train(IDataView data, Action<LeNetOptions> change) =>
            s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(epochs: 4, o =>
        {
            (o.Optimizer, o.LearningRate, o.BatchSize, o.Cache) = (Optimizer.AdamW, 0.004, 32, ImageCache.Memory);
            change(o);
        })).Fit(keys.Transform(data));

        double Threes(CnnTransformer model) => s_mlContext.MulticlassClassification.Evaluate(model.Transform(keys.Transform(test))).MicroAccuracy;
    }

    /// <summary>Protects trainings that are taken up again: to the same bits with the same teacher, from a file or from memory; refused with another.</summary>
    [TestMethod]
    public void A_resumed_training_has_the_same_teacher()
    {
        var (path, checkpoints) = (Path.Combine(_folder, "teacher.zip"), Path.Combine(_folder, "checkpoints"));
        s_mlContext.Model.Save(s_teacher, null, path);
        CnnTransformer Learn(Distillation teacher, int epochs, bool keep = false, bool resume = false) =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(120), Pipelines.Options(epochs, o =>
            {
                (o.Distillation, o.BatchSize, o.Seed, o.Augmentation) = (teacher, 20, 5, new([new RandomRotation((-10, 10))], new Mixup()));
                o.Schedule = LearningRateSchedule.Constant;
                o.Checkpoints = keep ? new() { Folder = checkpoints, Resume = resume } : null;
            })).LastTransformer;
        var undisturbed = Learn(new(path), epochs: 2);
        Learn(new(path), epochs: 1, keep: true);
        Assert.AreEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Learn(new(s_teacher), epochs: 2, keep: true, resume: true)));
        Assert.AreNotEqual(Pipelines.Weights(undisturbed), Pipelines.Weights(Learn(new(path) { Temperature = 3 }, epochs: 2)));

        using var other = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60)).LastTransformer;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Learn(new(other), epochs: 3, keep: true, resume: true));
        Assert.Contains("Distillation was { \"teacher\": \"lenet5 ", error.Message);
    }

    [TestMethod]
    public void A_teacher_that_cannot_teach_is_refused_by_name()
    {
        var letters = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 20)
            .Select(i => new Digit { Image = new byte[784], Label = i % 2 == 0 ? "1" : "x" })
            .ToArray());
        Assert.Contains("The teacher does not know 'x', which the label column has. It knows '", Error(letters, new(s_teacher)).Message);

        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(letters);
        Assert.Contains("The teacher is an ML.NET model without a convolutional network", Error(letters, new(keys)).Message);

        var colors = s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: o => o.Channels = 4)).Fit(keys.Transform(letters));
        Assert.Contains("The teacher's images have 4 channels, and the network's 1", Error(letters, new(colors)).Message);

        static ArgumentException Error(IDataView data, Distillation teacher)
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => s_mlContext.FitLeNet(data, Pipelines.Options(change: o => o.Distillation = teacher)));
            Assert.AreEqual(nameof(CnnOptions.Distillation), error.ParamName);
            return error;
        }
    }

    private static CnnTransformer Fit(IDataView data, Action<LeNetOptions> change) =>
        s_mlContext.FitLeNet(data, Pipelines.Options(change: change)).LastTransformer;

    private static IDataView Digits(int count, int classes, bool reversed = false)
    {
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(count), reuseRowObject: false)
            .Where(digit => int.Parse(digit.Label, CultureInfo.InvariantCulture) < classes);
        return s_mlContext.Data.LoadFromEnumerable((reversed ? digits.Reverse() : digits).ToArray());
    }

    private static IDataView Mnist(DataSplit split, int count, Func<string, bool> chosen) => s_mlContext.Data.LoadFromEnumerable(
        s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.TakeRows(s_mlContext.Data.LoadMnist(SharedData.Require("data/mnist"), split), count),
            reuseRowObject: false).Where(digit => chosen(digit.Label)).ToArray());
}

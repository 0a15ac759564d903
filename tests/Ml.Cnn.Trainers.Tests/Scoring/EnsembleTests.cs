using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Scoring;

/// <summary>Several networks answer as one.</summary>
[TestClass]
public sealed class EnsembleTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(60, seed: 9);
    private static readonly CnnTransformer[] s_networks = [Train(1, seed: 1), Train(2, seed: 2), Train(3, seed: 3)];

    /// <summary>Protects the answer: the weighted mean of the networks' own probabilities, or of their logits.</summary>
    [TestMethod]
    [DataRow(ScoreAverage.Probabilities)]
    [DataRow(ScoreAverage.Logits)]
    public void Scores_are_the_weighted_mean(ScoreAverage average)
    {
        using var ensemble = CnnEnsemble.Of(s_networks, [1, 2, 5], average);
        var each = s_networks.Select(network => Pipelines.Scores(network.Transform(s_digits))).ToArray();

        var scores = Pipelines.Scores(ensemble.Transform(s_digits));

        CollectionAssert.AreEqual(new[] { 0.125, 0.25, 0.625 }, ensemble.Weights.ToArray());
        Assert.AreEqual(3, ensemble.Views);
        for (var row = 0; row < scores.Length; row++)
        {
            var expected = Mean([.. each.Select(rows => rows[row])], ensemble.Weights, average);
            for (var c = 0; c < expected.Length; c++)
                Assert.AreEqual(expected[c], scores[row][c], 2e-6, $"row {row}, class {c}");
            Assert.AreEqual(1, scores[row].Sum(), 1e-5f);
        }
    }

    /// <summary>Protects an ensemble of networks that were trained on folders in another order: classes are the same by their names.</summary>
    [TestMethod]
    public void Classes_are_matched_by_name()
    {
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(300), reuseRowObject: false);
        var reversed = Train(2, seed: 2, data: s_mlContext.Data.LoadFromEnumerable(digits.OrderByDescending(digit => digit.Label).ToArray()));
        CollectionAssert.AreNotEqual(s_networks[0].ClassNames.ToArray(), reversed.ClassNames.ToArray());
        using var ensemble = CnnEnsemble.Of([s_networks[0], reversed]);
        var (first, second) = (Pipelines.Scores(s_networks[0].Transform(s_digits)), Pipelines.Scores(reversed.Transform(s_digits)));

        var scores = Pipelines.Scores(ensemble.Transform(s_digits));

        CollectionAssert.AreEqual(s_networks[0].ClassNames.ToArray(), ensemble.ClassNames.ToArray());
        for (var c = 0; c < ensemble.ClassNames.Count; c++)
        {
            var other = reversed.ClassNames.ToList().IndexOf(ensemble.ClassNames[c]);
            Assert.AreEqual((first[0][c] + second[0][other]) / 2, scores[0][c], 1e-6f);
        }
    }

    /// <summary>Protects from answers that mix what does not belong together.</summary>
    [TestMethod]
    public void Other_classes_are_refused_by_name()
    {
        var few = Train(1, seed: 4, data: s_mlContext.Data.FilterByCustomPredicate<Digit>(s_mlContext.Data.GenerateDigits(300), digit => digit.Label == "7"));

        var error = Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of([s_networks[0], few]));

        Assert.Contains("does not know '7'", error.Message);
        Assert.Contains("'7'", Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of([few, s_networks[0]])).Message);
        Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of([s_networks[0]]));
        Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of(s_networks, [1, 1]));
        Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of(s_networks, [1, -1, 1]));
        Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of(s_networks, [0, 0, 0]));
        Assert.ThrowsExactly<ArgumentException>(() => CnnEnsemble.Of(s_networks, [1, double.NaN, 1]));
    }

    /// <summary>Protects users of model.zip: an ensemble is saved, loaded, found, engaged and served as a network is, with all that was set.</summary>
    [TestMethod]
    public void An_ensemble_is_one_model()
    {
        using var plain = CnnEnsemble.Of(s_networks, [3, 2, 1], ScoreAverage.Logits);
        using var views = plain.WithTestTimeAugmentation(TestTimeAugmentation.Flip);
        var calibration = views.FitCalibration(s_digits, options: new() { Coverage = 0.9 });
        using var ensemble = views.WithCalibration(calibration).WithBadImages(BadImageHandling.Skip);
        var scores = Pipelines.Scores(ensemble.Transform(s_digits));
        var file = s_mlContext.Save(new TransformerChain<ITransformer>(ensemble), s_digits.Schema);

        using var loaded = (CnnEnsemble)CnnClassifier.Find(Pipelines.Load(file))!;

        Assert.IsNull(CnnTransformer.Find(loaded));
        Assert.AreEqual("ensemble of lenet5, lenet5, lenet5", loaded.Name);
        CollectionAssert.AreEqual(ensemble.Weights.ToArray(), loaded.Weights.ToArray());
        Assert.AreEqual(ScoreAverage.Logits, loaded.Average);
        Assert.AreEqual(6, loaded.Views);
        Assert.AreEqual(calibration, loaded.Calibration);
        Assert.AreEqual(BadImageHandling.Skip, loaded.OnBadImage);
        Pipelines.AssertSame(scores, Pipelines.Scores(loaded.Transform(s_digits)));
        using var engine = s_mlContext.Model.CreatePredictionEngine<Digit, DigitScores>(loaded);
        using var predictor = new CnnPredictor(loaded, new() { TopK = 10 });
        var row = 0;
        foreach (var digit in s_mlContext.Data.CreateEnumerable<Digit>(s_digits, reuseRowObject: false).Take(5))
        {
            Pipelines.AssertClose([scores[row]], [engine.Predict(digit).Score], 1e-5f, "engine");
            var prediction = predictor.Predict(digit.Image, 28, 28, channels: 1);
            Assert.AreEqual(scores[row].Max(), prediction.Probability, 1e-5f);
            Assert.AreEqual(scores[row++].Count(p => p >= calibration.SetThreshold), prediction.Set!.Count);
        }
    }

    /// <summary>Protects the weights: no other weights have a lower log loss, and those of a network that only spoils the mean go towards 0.</summary>
    [TestMethod]
    [DataRow(ScoreAverage.Probabilities)]
    [DataRow(ScoreAverage.Logits)]
    public void Fitted_weights_have_the_lowest_log_loss(ScoreAverage average)
    {
        var data = s_mlContext.Data.GenerateDigits(300, seed: 21);
        using var equal = CnnEnsemble.Of(s_networks, average: average);

        using var fitted = equal.WithFittedWeights(data);

        var best = LogLoss(fitted, data);
        Assert.AreEqual(1, fitted.Weights.Sum(), 1e-9);
        Assert.IsLessThanOrEqualTo(LogLoss(equal, data) + 1e-9, best);
        foreach (var change in new[] { 0.02, -0.02 })
        {
            for (var i = 0; i < 3; i++)
            {
                var moved = fitted.Weights.Select((weight, member) => Math.Max(0, weight + (member == i ? change : 0))).ToArray();
                using var other = CnnEnsemble.Of(s_networks, moved, average);
                Assert.IsLessThanOrEqualTo(LogLoss(other, data) + 1e-5, best, $"{average}: {string.Join(", ", moved)} is better than "
                    + $"{string.Join(", ", fitted.Weights)}");
            }
        }
    }

    /// <summary>Protects networks that others use: an ensemble shares the weights, and its end is nobody else's.</summary>
    [TestMethod]
    public void Networks_and_ensemble_are_disposed_apart()
    {
        var network = Train(1, seed: 6);
        var ensemble = CnnEnsemble.Of([network, s_networks[0]]);
        var expected = Pipelines.Scores(ensemble.Transform(s_digits));

        network.Dispose();
        Pipelines.AssertSame(expected, Pipelines.Scores(ensemble.Transform(s_digits)));
        ensemble.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => ensemble.Transform(s_digits));
        Assert.IsNotEmpty(Pipelines.Scores(s_networks[0].Transform(s_digits)));
    }

    private static double LogLoss(CnnEnsemble ensemble, IDataView data) => ensemble.FitCalibration(data).LogLossBefore;

    private static double[] Mean(float[][] rows, IReadOnlyList<double> weights, ScoreAverage average)
    {
        if (average == ScoreAverage.Probabilities)
            return [.. Enumerable.Range(0, 10).Select(c => rows.Select((row, i) => weights[i] * row[c]).Sum())];
        var products = Enumerable.Range(0, 10).Select(c => Math.Exp(rows.Select((row, i) => weights[i] * Math.Log(row[c])).Sum())).ToArray();
        return [.. products.Select(product => product / products.Sum())];
    }

    private static CnnTransformer Train(int epochs, int seed, IDataView? data = null) =>
        s_mlContext.FitLeNet(data ?? s_mlContext.Data.GenerateDigits(300), Pipelines.Options(epochs, options => options.Seed = seed)).LastTransformer;
}

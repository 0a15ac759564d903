using Microsoft.ML;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Steps;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>
/// The learning rate of every step: the formulas of PyTorch's schedulers and of the papers, the text of command lines, and what training does with
/// it.
/// </summary>
[TestClass]
public sealed class LearningRateScheduleTests
{
    private const int Epochs = 90;

    private static readonly double[] s_epochs = [0, 0.5, 1, 4.99, 5, 27, 29.999, 30, 45, 59.5, 60, 80, 89, 89.99];

    private static IEnumerable<(LearningRateSchedule Schedule, Func<double, double> Expected)> Formulas() =>
    [
        (LearningRateSchedule.Constant, _ => 1),
        (LearningRateSchedule.Cosine, e => (1 + Math.Cos(Math.PI * e / Epochs)) / 2),                          // CosineAnnealingLR(T_max=90)
        // CosineAnnealingWarmRestarts(T_0, T_mult): cycles of 10, 20, 40 and 80 epochs, and of 12.5 each; but the last ends with the training.
        (LearningRateSchedule.CosineRestarts(10), e => (1 + Math.Cos(Math.PI * (e < 10 ? e / 10 : e < 30 ? (e - 10) / 20 : e < 70 ? (e - 30) / 40
            : (e - 70) / 20))) / 2),
        (LearningRateSchedule.CosineRestarts(12.5, 1), e => (1 + Math.Cos(Math.PI * (e < 87.5 ? e % 12.5 / 12.5 : (e - 87.5) / 2.5))) / 2),
        (LearningRateSchedule.Linear, e => 1 - e / Epochs),                                                    // LinearLR(1, 0, 90)
        (LearningRateSchedule.Polynomial(0.9), e => Math.Pow(1 - e / Epochs, 0.9)),                            // PolynomialLR(90, power=0.9)
        (LearningRateSchedule.Step(30), e => Math.Pow(0.1, (int)(e / 30))),                                    // StepLR(30)
        (LearningRateSchedule.Step(2.5, 0.94), e => Math.Pow(0.94, (int)(e / 2.5))),
        (LearningRateSchedule.MultiStep([30, 59.5, 80], 0.5), e => e < 30 ? 1 : e < 59.5 ? 0.5 : e < 80 ? 0.25 : 0.125), // MultiStepLR
        (LearningRateSchedule.Drops([0.5, 0.75]), e => e < 45 ? 1 : e < 67.5 ? 0.1 : 0.01),
        (LearningRateSchedule.Exponential(0.97), e => Math.Pow(0.97, e)),                                      // ExponentialLR(0.97)
        // OneCycleLR(pct_start=0.3, div_factor=25, final_div_factor=1e4): its two phases, from 0.04 up to 1 and down to 4e-6.
        (LearningRateSchedule.OneCycle(), e => e < 27 ? 1 + (0.04 - 1) / 2 * (1 + Math.Cos(Math.PI * e / 27)) : 4e-6
            + (1 - 4e-6) / 2 * (1 + Math.Cos(Math.PI * (e - 27) / 63))),
        // airbench's triangle(start=0.2, end=0.07, peak=0.23), and one from nothing to nothing.
        (LearningRateSchedule.Triangle(), e => e < 20.7 ? 0.2 + 0.8 * e / 20.7 : 1 - 0.93 * (e - 20.7) / (90 - 20.7)),
        (LearningRateSchedule.Triangle(0.5, 0, 0), e => e < 45 ? e / 45 : (90 - e) / 45),
        (LearningRateSchedule.Custom(e => 1 / (1 + e)), e => 1 / (1 + e)),
        (LearningRateSchedule.ReduceOnPlateau(), _ => 1),
        // SequentialLR(LinearLR(0.01, 1, 5), CosineAnnealingLR(85)), and ConstantLR before steps that count from the start.
        (LearningRateSchedule.Cosine.WithWarmUp(5), e => e < 5 ? 0.01 + 0.99 * e / 5 : (1 + Math.Cos(Math.PI * (e - 5) / 85)) / 2),
        (LearningRateSchedule.Step(30).WithWarmUp(5, 0), e => e < 5 ? e / 5 : Math.Pow(0.1, (int)(e / 30))),
        (LearningRateSchedule.MultiStep([60]).WithWarmUp(1, 0.1, isConstant: true), e => e < 1 || e >= 60 ? 0.1 : 1),
        (LearningRateSchedule.Linear.WithWarmUpShare(0.1, 0.5), e => e < 9 ? 0.5 + 0.5 * e / 9 : 1 - (e - 9) / 81),
        (LearningRateSchedule.Exponential(0.9).WithWarmUp(5), e => e < 5 ? 0.01 + 0.99 * e / 5 : Math.Pow(0.9, e - 5)),
    ];

    [TestMethod]
    public void The_factors_are_those_of_the_formulas()
    {
        foreach (var (schedule, expected) in Formulas())
        {
            var rates = new LearningRates(schedule, 0.2, Epochs);
            foreach (var epoch in s_epochs)
                Assert.AreEqual(0.2 * expected(epoch), rates.At(epoch), 1e-12, $"{schedule} after {epoch} epochs");
        }
    }

    /// <summary>Protects drops from the rounding of steps' shares: 391 steps make an epoch, and its last step comes before the milestone.</summary>
    [TestMethod]
    public void A_milestone_falls_between_two_steps()
    {
        var rates = new LearningRates(LearningRateSchedule.Drops([0.3]), 1, 10);
        Assert.AreEqual(1, rates.At(2 + 390.0 / 391));
        Assert.AreEqual(0.1, rates.At(Enumerable.Repeat(0.1, 30).Sum()), 1e-12); // 2.9999999999999996 or so
    }

    /// <summary>ReduceLROnPlateau(factor=0.1, patience=2, threshold=1e-2): a fall by less than a hundredth is none.</summary>
    [TestMethod]
    public void A_plateau_lowers_the_rate_and_its_state_can_be_taken_up()
    {
        var schedule = LearningRateSchedule.ReduceOnPlateau(0.1, patience: 2, minimumChange: 0.01);
        var rates = new LearningRates(schedule, 1, Epochs);
        double[] losses = [1, 0.995, 0.99, 0.991, 0.8, 0.8, 0.9, 0.7999, 0.79, 0.9, 0.9, 0.9];
        double[] expected = [1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.001];
        for (var epoch = 0; epoch < losses.Length; epoch++)
        {
            if (epoch == 5)
            {
                var saved = ((ICheckpointed)rates).Save();
                rates = new LearningRates(schedule, 1, Epochs);
                ((ICheckpointed)rates).Restore(saved);
            }
            rates.EpochEnded(losses[epoch]);
            Assert.AreEqual(expected[epoch], rates.At(epoch + 1), 1e-15, $"after epoch {epoch + 1}");
        }
    }

    /// <summary>
    /// Protects who resumes with more epochs: the schedules whose rates do not depend on their number, and no others. Where cycles end, none is cut.
    /// </summary>
    [TestMethod]
    public void A_schedule_that_does_not_depend_on_the_number_of_epochs_gives_the_same_rates_with_another()
    {
        foreach (var (schedule, _) in Formulas())
        {
            var isSame = s_epochs.All(epoch => schedule.Factor(epoch, 10 + 20 + 40 + 80) == schedule.Factor(epoch, 10 + 20 + 40 + 80 + 160));
            Assert.AreEqual(!isSame, schedule.DependsOnEpochs, schedule.ToString());
        }
    }

    [TestMethod]
    public void Text_gives_the_schedule_that_wrote_it()
    {
        foreach (var (schedule, _) in Formulas().Where(f => f.Schedule.ToString() != "custom"))
        {
            var read = LearningRateSchedule.Parse(schedule.ToString().ToUpperInvariant());
            Assert.AreEqual(schedule.ToString(), read.ToString());
            foreach (var epoch in s_epochs)
                Assert.AreEqual(schedule.Factor(epoch, Epochs), read.Factor(epoch, Epochs), $"{schedule} after {epoch} epochs");
        }
        Assert.AreEqual("step:30,0.1", LearningRateSchedule.Parse("step:30").ToString());
        Assert.AreEqual("cosine+warmup:5,0.01", LearningRateSchedule.Parse("cosine+warmup:5").ToString());
        Assert.AreEqual("linear+warmup:5%,0.01", LearningRateSchedule.Parse("linear+warmup:5%").ToString());
        Assert.AreEqual("plateau:0.2,3,0.0001", LearningRateSchedule.Parse("plateau:0.2,3").ToString());
    }

    [TestMethod]
    [DataRow("", "constant, cosine, cosinerestarts:EPOCHS[,FACTOR], linear")]
    [DataRow("cosin", "constant, cosine, cosinerestarts:EPOCHS[,FACTOR], linear")]
    [DataRow("cosine:3", "constant, cosine, cosinerestarts:EPOCHS[,FACTOR], linear")]
    [DataRow("step", "step:EPOCHS[,FACTOR]")]
    [DataRow("step:a", "step:EPOCHS[,FACTOR]")]
    [DataRow("step:0", "everyEpochs must be above 0")]
    [DataRow("multistep:60,30,0.1", "rising")]
    [DataRow("drops:0.5,1.5,0.1", "below 1")]
    [DataRow("plateau:0.1,2.5", "plateau[:")]
    [DataRow("plateau:1", "below 1")]
    [DataRow("custom", "constant, cosine, cosinerestarts:EPOCHS[,FACTOR], linear")]
    [DataRow("cosine+warmup", "+warmup:EPOCHS")]
    [DataRow("cosine+warm:5", "+warmup:EPOCHS")]
    [DataRow("cosine+warmup:0", "above 0")]
    [DataRow("cosine+warmup:100%", "below 1")]
    [DataRow("cosine+warmup:1+warmup:2", "+warmup:EPOCHS")]
    public void Text_that_is_no_schedule_is_told_what_would_be(string text, string why) =>
        Assert.Contains(why, Assert.ThrowsExactly<FormatException>(() => LearningRateSchedule.Parse(text)).Message);

    /// <summary>Protects the way from the options to the steps: the last step's rate of every epoch, with a plateau in between.</summary>
    [TestMethod]
    public void Training_goes_by_the_schedule()
    {
        var mlContext = new MLContext(seed: 1);
        double[] Rates(LearningRateSchedule schedule, int epochs) => [.. mlContext.FitOwn(mlContext.Data.GenerateDigits(40), Networks.Unmarked,
            o => (o.Epochs, o.BatchSize, o.LearningRate, o.Schedule) = (epochs, 10, 1e-4, schedule)).History.Select(e => e.LearningRate)];

        // Four steps an epoch: the last one begins with three quarters of it done.
        AssertClose([1e-4, 1e-4, 1e-5], Rates(LearningRateSchedule.MultiStep([2]), 3));
        AssertClose([0.75e-4 / 2, 1.75e-4 / 2, 1e-4], Rates(LearningRateSchedule.Constant.WithWarmUp(2, 0), 3));
        AssertClose([1e-4, 1e-4, 1e-5, 1e-6], Rates(LearningRateSchedule.ReduceOnPlateau(patience: 0, minimumChange: 0.9), 4));
    }

    [TestMethod]
    public void A_function_that_returns_no_factor_is_told_so() =>
        Assert.Contains("returned NaN after 2 epochs", Assert.ThrowsExactly<InvalidOperationException>(() => LearningRateSchedule.Custom(_ => double.NaN)
            .Factor(2, 10)).Message);

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        foreach (var (theirs, ours) in expected.Zip(actual))
            Assert.AreEqual(theirs, ours, 1e-9 * theirs);
    }
}

using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The optimizers take the steps that their papers and PyTorch take.</summary>
[TestClass]
public sealed class OptimizerTests
{
    private const double Rate = 0.05;
    private const double Decay = 0.01;

    /// <summary>Protects the rules against libtorch's own optimizers, ten steps with weight decay.</summary>
    [TestMethod]
    [DataRow("sgd")]
    [DataRow("nesterov")]
    [DataRow("adam")]
    [DataRow("adamw")]
    [DataRow("rmsprop")]
    public void Ten_steps_are_libtorch_s(string name)
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Weights(), Weights());
        var reference = name switch
        {
            "sgd" => optim.SGD(expected, Rate, momentum: 0.9, weight_decay: Decay),
            "nesterov" => optim.SGD(expected, Rate, momentum: 0.9, weight_decay: Decay, nesterov: true),
            "adam" => optim.Adam(expected, Rate, weight_decay: Decay),
            "adamw" => optim.AdamW(expected, Rate, weight_decay: Decay),
            _ => (optim.Optimizer)optim.RMSProp(expected, Rate, alpha: 0.9, eps: 1e-3, weight_decay: Decay, momentum: 0.9),
        };
        using var optimizer = Create(name switch
        {
            "nesterov" => Optimizer.Sgd,
            "rmsprop" => Optimizer.RmsProp,
            "adamw" => Optimizer.AdamW,
            "adam" =>
            Optimizer.Adam,
            _ => Optimizer.Sgd
        }, name == "nesterov", actual);
        Step(10, reference, expected, optimizer, actual);
        foreach (var (theirs, ours) in expected.Zip(actual))
            Assert.IsTrue(ours.allclose(theirs, 1e-5, 1e-6), $"{name}: off by {(ours - theirs).abs().max().ToDouble()}");
        Assert.IsTrue(optimizer.States.All(s => s.Steps == 10));
    }

    /// <summary>Protects the options β₁, β₂, ε and α: three steps are libtorch's with the same numbers, which are none of the defaults.</summary>
    [TestMethod]
    [DataRow(Optimizer.Adam)]
    [DataRow(Optimizer.AdamW)]
    [DataRow(Optimizer.RmsProp)]
    public void Steps_with_other_constants_are_libtorch_s(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Weights(), Weights());
        const double Beta1 = 0.6, Beta2 = 0.8, Epsilon = 0.03, Alpha = 0.7;
        var isRmsProp = kind == Optimizer.RmsProp;
        optim.Optimizer reference = kind switch
        {
            Optimizer.Adam => optim.Adam(expected, Rate, Beta1, Beta2, Epsilon, Decay),
            Optimizer.AdamW => optim.AdamW(expected, Rate, Beta1, Beta2, Epsilon, Decay),
            _ => optim.RMSProp(expected, Rate, Alpha, Epsilon, Decay, 0.9),
        };
        var options = new CnnOptions { Optimizer = kind, LearningRate = Rate, WeightDecay = Decay, Epsilon = Epsilon, Alpha = isRmsProp ? Alpha : null };
        (options.Beta1, options.Beta2) = isRmsProp ? ((double?)null, (double?)null) : (Beta1, Beta2);
        using var optimizer = Optimizers.Create(Settings(options), [(1, actual)]);
        Step(3, reference, expected, optimizer, actual);
        foreach (var (theirs, ours) in expected.Zip(actual))
            Assert.IsTrue(ours.allclose(theirs, 1e-5, 1e-6), $"{kind}: off by {(ours - theirs).abs().max().ToDouble()}");
    }

    /// <summary>Protects LAMB's constants, for which libtorch has no optimizer: a bias, which LAMB does not scale, takes Adam's step with them.</summary>
    [TestMethod]
    public void Lamb_with_other_constants_moves_a_bias_as_libtorch_s_Adam()
    {
        using var scope = NewDisposeScope();
        var (expected, actual) = (Weights()[1], Weights()[1]);
        var reference = optim.Adam([expected], Rate, 0.6, 0.8, 0.03, 0);
        var options = new CnnOptions { Optimizer = Optimizer.Lamb, LearningRate = Rate, WeightDecay = 0, Beta1 = 0.6, Beta2 = 0.8, Epsilon = 0.03 };
        using var optimizer = Optimizers.Create(Settings(options), [(1, [actual])]);
        Step(3, reference, [expected], optimizer, [actual]);
        Assert.IsTrue(actual.allclose(expected, 1e-5, 1e-6), $"off by {(actual - expected).abs().max().ToDouble()}");
    }

    /// <summary>Protects against a number that nothing would go by: the sentence names the option and the optimizer.</summary>
    [TestMethod]
    [DataRow("Beta1", Optimizer.Sgd)]
    [DataRow("Beta2", Optimizer.RmsProp)]
    [DataRow("Epsilon", Optimizer.Lars)]
    [DataRow("Alpha", Optimizer.AdamW)]
    public void A_constant_of_another_optimizer_is_refused(string option, Optimizer optimizer)
    {
        var options = new CnnOptions { Optimizer = optimizer };
        typeof(CnnOptions).GetProperty(option)!.SetValue(options, 0.5);
        var e = Assert.ThrowsExactly<ArgumentException>(() => OptionsValidation.Check(options));
        StringAssert.StartsWith(e.Message, $"{option} cannot be set for {optimizer}, which does not use it. Optimizers that do: ");
    }

    [TestMethod]
    public void Every_optimizer_has_its_line() =>
        CollectionAssert.AreEqual(Enum.GetValues<Optimizer>(), OptimizerInfo.All.Select(info => info.Optimizer).ToArray());

    /// <summary>
    /// Protects SGD's single pass over memory, which goes by addresses: in any layout, of any length, and beside tensors for which libtorch's
    /// operations do the work.
    /// </summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_pass_over_memory_is_libtorch_s_step_in_every_layout(bool nesterov)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        Func<Tensor>[] layouts =
        [
            () => randn(1),
            () => randn(70_001), // more than a thread takes at a time, and no multiple of anything
            () => randn(6, 3, 3, 5).permute(0, 3, 1, 2), // channels last
            () => randn(8, 6)[TensorIndex.Colon, TensorIndex.Slice(0, 4)], // with gaps
        ];
        var data = layouts.Select(make => make()).ToArray();
        Parameter[] Copies() => [.. data.Select(d => new Parameter(empty_strided(d.shape, d.stride()).copy_(d)))];
        var (expected, actual) = (Copies(), Copies());
        Assert.AreNotEqual(expected[3].numel(), expected[3].stride(0) * expected[3].size(0), "a gap");
        var reference = optim.SGD(expected, Rate, momentum: 0.9, weight_decay: Decay, nesterov: nesterov);
        using var optimizer = Create(Optimizer.Sgd, nesterov, actual);
        for (var step = 0; step < 5; step++)
        {
            reference.zero_grad();
            Loss(expected).backward();
            reference.step();
            optimizer.ZeroGradients();
            Loss(actual).backward();
            optimizer.Step(Rate);
        }
        foreach (var (place, (theirs, ours)) in expected.Zip(actual).Index())
            Assert.IsTrue(ours.allclose(theirs, 1e-5, 1e-6), $"tensor {place}: off by {(ours - theirs).abs().max().ToDouble()}");

        static Tensor Loss(Parameter[] weights) => weights.Select(w => (w - 1).square().sum()).Aggregate((a, b) => a + b);
    }

    /// <summary>LARS's first step: the rate times 0.001‖w‖ / (‖g‖ + λ‖w‖) (You et al. 2017, equation 6).</summary>
    [TestMethod]
    public void A_layer_s_step_under_Lars_is_in_proportion_to_its_weights()
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (Weights()[0], Weights()[1]);
        var (before, biasBefore) = (weight.detach().clone(), bias.detach().clone());
        using var optimizer = Create(Optimizer.Lars, false, [weight, bias]);
        Error([weight, bias]).backward();
        var trust = 0.001 * before.norm().ToDouble() / (weight.grad!.norm().ToDouble() + Decay * before.norm().ToDouble());
        var expected = before - Rate * trust * (weight.grad + Decay * before);
        var expectedBias = biasBefore - Rate * (bias.grad! + Decay * biasBefore);
        optimizer.Step(Rate);
        Assert.IsTrue(weight.allclose(expected, 1e-5, 1e-7));
        Assert.IsTrue(bias.allclose(expectedBias, 1e-5, 1e-7), "a bias takes SGD's step");
    }

    /// <summary>LAMB's step is as long as rate × ‖w‖ for a layer (You et al. 2019, algorithm 2).</summary>
    [TestMethod]
    public void A_layer_s_step_under_Lamb_is_as_long_as_its_weights_times_the_rate()
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        var before = weights.Select(w => w.detach().clone()).ToArray();
        using var optimizer = Create(Optimizer.Lamb, false, weights);
        Error(weights).backward();
        var (gradient, biasGradient) = (weights[0].grad!.clone(), weights[1].grad!.clone());
        optimizer.Step(Rate);
        var step = before[0] - weights[0];
        Assert.AreEqual(Rate * before[0].norm().ToDouble(), step.norm().ToDouble(), 1e-5);
        // Adam's first direction is the gradient's sign.
        var direction = gradient / (gradient.abs() + OptimizerInfo.Of(Optimizer.Lamb).Epsilon!.Value) + Decay * before[0];
        Assert.AreEqual(1, (step * direction).sum().ToDouble() / (step.norm() * direction.norm()).ToDouble(), 1e-5);
        var expectedBias = before[1] - Rate * (biasGradient.sign() + Decay * before[1]);
        Assert.IsTrue(weights[1].allclose(expectedBias, 1e-4, 1e-5), "a bias takes Adam's step");
    }

    [TestMethod]
    public void Biases_and_norms_can_be_kept_from_decaying()
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using var optimizer = Optimizers.Create(Settings(Optimizer.Sgd) with { DecayBiasesAndNorms = false, Momentum = 0 }, [(1, weights)]);
        var before = weights.Select(w => w.detach().clone()).ToArray();
        foreach (var weight in weights)
            (weight * 0).sum().backward(); // nothing but the decay moves them
        optimizer.Step(Rate);
        Assert.IsTrue(weights[0].allclose(before[0] * (1 - Rate * Decay), 1e-6, 1e-7));
        Assert.IsTrue(weights[1].allclose(before[1], 0, 0));
    }

    /// <summary>Protects frozen stages: what takes no gradient neither moves nor ages, whatever gradient it has left.</summary>
    [TestMethod]
    [DataRow(Optimizer.Sgd)]
    [DataRow(Optimizer.AdamW)]
    public void A_frozen_parameter_stays_and_groups_have_rates_of_their_own(Optimizer kind)
    {
        using var scope = NewDisposeScope();
        var weights = Weights();
        using var optimizer = Optimizers.Create(Settings(kind) with { WeightDecay = 0 }, [(1, [weights[0]]), (0.5, [weights[1]]), (1, [weights[2]])]);
        Error(weights).backward();
        weights[2].requires_grad = false;
        var before = weights.Select(w => w.detach().clone()).ToArray();
        var gradients = weights.Select(w => w.grad!.clone()).ToArray();
        optimizer.Step(Rate);
        Assert.IsTrue(weights[2].allclose(before[2], 0, 0));
        CollectionAssert.AreEqual((long[])[1, 1, 0], optimizer.States.Select(s => s.Steps).ToArray());
        var expected = kind == Optimizer.Sgd ? before[1] - 0.5 * Rate * gradients[1] : before[1] - 0.5 * Rate * gradients[1].sign();
        Assert.IsTrue(weights[1].allclose(expected, 1e-4, 1e-5));
    }

    private static Parameter[] Weights()
    {
        random.manual_seed(3);
        return [new(randn(4, 3, 2, 2)), new(randn(5)), new(randn(6, 7))];
    }

    // The same steps for libtorch's optimizer and for ours, each with weights of its own.
    private static void Step(int steps, optim.Optimizer reference, Parameter[] expected, ParameterOptimizer optimizer, Parameter[] actual)
    {
        for (var step = 0; step < steps; step++)
        {
            reference.zero_grad();
            Error(expected).backward();
            reference.step();
            optimizer.ZeroGradients();
            Error(actual).backward();
            optimizer.Step(Rate);
        }
    }

    private static Tensor Error(IEnumerable<Parameter> weights) => weights.Aggregate(zeros(1), (sum, w) => sum + (w - 1).pow(2).sum() + w.pow(4).mean()).sum();

    private static OptimizationSettings Settings(Optimizer optimizer) =>
        Settings(new CnnOptions { Optimizer = optimizer, LearningRate = Rate, WeightDecay = Decay });

    private static OptimizationSettings Settings(CnnOptions options) =>
        options.ToSettings(Trainers.Architectures.LeNet.Create().Training, environmentSeed: 1).Optimization;

    private static ParameterOptimizer Create(Optimizer optimizer, bool nesterov, Parameter[] weights) =>
        Optimizers.Create(Settings(optimizer) with { Nesterov = nesterov }, [(1, weights)]);
}

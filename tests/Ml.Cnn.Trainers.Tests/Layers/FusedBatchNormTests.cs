using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Layers.Normalization;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Layers;

/// <summary>Batch normalization with the activation behind it in one operation gives what libtorch gives, one after the other.</summary>
[TestClass]
public sealed class FusedBatchNormTests
{
    private const double Epsilon = 1e-3;

    /// <summary>
    /// Protects values, gradients and running statistics in shapes of all kinds: channels that fill no vectors, few rows, one place, means far from 0, a
    /// constant channel, no activation and two kinds, with an addend and without. float64 is what both ways are compared with.
    /// </summary>
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void Values_gradients_and_running_statistics_are_libtorch_s(ScalarType type)
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        manual_seed(seed);
        var rounds = 80;
        for (var round = 0; round < rounds; round++)
        {
            using var scope = NewDisposeScope();
            var channels = random.Next(8, 100);
            int[] shape = [random.Next(1, 6), random.Next(1, 12), random.Next(1, 12)];
            if (round % 8 == 0)
                shape = [random.Next(2, 40), 1, 1];
            if (shape[0] * shape[1] * shape[2] < 2)
                shape[0] = 2;
            var what = $"{channels} channels of {string.Join("×", shape)}, round {round}";
            Bounds bounds = random.Next(3) switch { 0 => Bounds.None, 1 => new(0, float.PositiveInfinity), _ => new(0, 6) };
            // A mean that is rounded to float32 costs both ways some 1e-5 here; a variance from sums of squares would cost 1e-2.
            var offset = bounds == Bounds.None && round % 2 == 0 ? 300 : 0;
            var values = randn([.. shape, channels]) * (rand(channels) + 0.1) + offset * randn(channels);
            values[.., .., .., 0] = 0.75f; // its variance is 0
            var input = values.permute(0, 3, 1, 2).to(type);
            var (weight, bias) = (randn(channels) * 3, randn(channels) * 2);
            var slope = randn([.. shape, channels]).permute(0, 3, 1, 2).to(type);
            var addend = random.Next(2) == 0 ? randn([.. shape, channels]).permute(0, 3, 1, 2).to(type) : null;
            if (random.Next(2) == 0)
                addend = addend?.contiguous();
            var before = Reference(input.to(float64), slope.to(float64), weight, bias, Bounds.None, addend?.to(float64))["output"];
            var margin = type == ScalarType.Float32 ? 1e-4 : 0.05;
            slope[before.abs() < margin] = 0; // on a bound, rounding decides whether there is a gradient
            slope[(before - 6).abs() < margin] = 0;

            var exact = Reference(input.to(float64), slope.to(float64), weight, bias, bounds, addend?.to(float64));
            var expected = Reference(input, slope, weight, bias, bounds, addend);
            var actual = Kernels(input, slope, weight, bias, bounds, addend);
            var rounding = type == ScalarType.Float32 ? 3e-6 + 1e-6 * offset : 4e-3;
            foreach (var (name, ours) in actual)
            {
                var (error, theirs) = (Distance(ours, exact[name]), Distance(expected[name], exact[name]));
                Assert.IsLessThan(Math.Max(1.5 * theirs, rounding), error, $"{name}, {what}: libtorch is off by {theirs}");
            }
        }
    }

    /// <summary>Protects values that are no numbers: they stay such, so that training stops with a message.</summary>
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void NaN_and_infinity_come_through(ScalarType type)
    {
        using var scope = NewDisposeScope();
        foreach (var number in (float[])[float.NaN, float.PositiveInfinity])
        {
            var values = rand(2, 3, 3, 40);
            values[1, 2, 0, 7] = number;
            var output = Kernels(values.permute(0, 3, 1, 2).to(type), ones(2, 3, 3, 40).permute(0, 3, 1, 2).to(type), ones(40), zeros(40), new(0, 6))["output"];
            Assert.IsTrue(output[.., 7].isnan().all().item<bool>());
            Assert.AreEqual(2 * 3 * 3 * 39, output.isfinite().sum().item<long>(), "the other channels");
        }
    }

    /// <summary>Protects repeatability: sums are taken in one order, whatever the number of threads.</summary>
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void Threads_do_not_change_a_bit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var input = randn(8, 21, 21, 72).permute(0, 3, 1, 2).to(type);
        var slope = randn(8, 21, 21, 72).permute(0, 3, 1, 2).to(type);
        var (weight, bias) = (randn(72), randn(72));
        Dictionary<string, Tensor> With(int threads)
        {
            using var use = LibtorchThreads.Use(threads);
            return Kernels(input, slope, weight, bias, new(0, float.PositiveInfinity));
        }
        var one = With(1);
        foreach (var threads in (int[])[2, 3, 2])
            foreach (var (name, value) in With(threads))
                Assert.IsTrue(value.equal(one[name]).all().item<bool>(), $"{name}, {threads} threads");
    }

    /// <summary>Protects the gradients from a mistake that both ways would share: differences of the loss, in a case small enough for float32.</summary>
    [TestMethod]
    public void Gradients_are_the_slopes_of_the_loss()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var input = randn(2, 2, 2, 9).permute(0, 3, 1, 2);
        var slope = randn(2, 2, 2, 9).permute(0, 3, 1, 2);
        var (weight, bias) = (rand(9) + 0.5, randn(9) + 1);
        Bounds bounds = new(0, float.PositiveInfinity);
        var gradients = Kernels(input, slope, weight, bias, bounds);
        var distance = Kernels(input, slope, weight, bias, Bounds.None)["output"].abs().min().item<float>();
        var step = Math.Min(2e-3f, distance / 8); // no value may cross the bound
        Console.WriteLine($"step {step}");
        for (var i = 0; i < 72; i += 5)
        {
            var move = zeros(72);
            move[i] = step;
            var direction = move.reshape(2, 2, 2, 9).permute(0, 3, 1, 2);
            Check(Loss(input + direction, weight, bias) - Loss(input - direction, weight, bias), gradients["gradient of the input"][
                i / 36, i % 9, i / 18 % 2, i / 9 % 2]);
        }
        for (var channel = 0; channel < 9; channel++)
        {
            var move = zeros(9);
            move[channel] = step;
            Check(Loss(input, weight + move, bias) - Loss(input, weight - move, bias), gradients["gradient of the weight"][channel]);
            Check(Loss(input, weight, bias + move) - Loss(input, weight, bias - move), gradients["gradient of the bias"][channel]);
        }

        double Loss(Tensor x, Tensor w, Tensor b) =>
            (Kernels(x, slope, w, b, bounds)["output"].to(float64) * slope.to(float64)).sum().item<double>();

        void Check(double difference, Tensor gradient) => Assert.AreEqual(difference / (2 * step), gradient.item<float>(), 0.01);
    }

    /// <summary>Protects whoever looks, and inputs that the kernels were not written for: there, the layers are called one after the other.</summary>
    [TestMethod]
    public void The_two_are_one_operation_while_training_unseen_alone()
    {
        using var scope = NewDisposeScope();
        using var threads = LibtorchThreads.Use(2);
        var norm = new BatchNorm2d(64);
        var relu = new ReLU(inPlace: true);
        var input = rand(32, 16, 16, 64).permute(0, 3, 1, 2);
        norm.train();
        Assert.IsTrue(norm.IsOneWith(relu, input));
        Assert.IsTrue(norm.IsOneWith(new ReLU6(), input.to(ScalarType.BFloat16)));
        Assert.IsFalse(norm.IsOneWith(new Sigmoid(), input), "another activation");
        Assert.IsFalse(norm.IsOneWith(relu, input.contiguous()), "contiguous");
        Assert.IsFalse(norm.IsOneWith(relu, input.to(float64)), "float64");
        Assert.IsFalse(norm.IsOneWith(relu, input.to(META)), "shapes alone");
        Assert.IsFalse(norm.IsOneWith(relu, input[.., .., ..1, ..1]), "little to do");
        using (new ForwardTrace((_, _, _) => { }))
            Assert.IsFalse(norm.IsOneWith(relu, input), "traced");
        var hook = relu.register_forward_hook((_, _, output) => output);
        Assert.IsFalse(norm.IsOneWith(relu, input), "hooked");
        hook.remove();
        Assert.IsTrue(norm.IsOneWith(relu, input));
        norm.eval();
        Assert.IsFalse(norm.IsOneWith(relu, input), "evaluation");
    }

    /// <summary>Protects passes that measure running statistics again: without gradients, too, they follow.</summary>
    [TestMethod]
    public void Running_statistics_follow_without_gradients()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var noGradient = no_grad();
        var (ours, theirs) = (new BatchNorm2d(64), new BatchNorm2d(64) { UsesKernels = false });
        var (one, other) = (new Sequential(ours, new ReLU()), new Sequential(theirs, new ReLU()));
        one.train();
        other.train();
        for (var step = 1; step <= 3; step++)
        {
            var input = randn(32, 16, 16, 64).permute(0, 3, 1, 2) + step;
            Assert.IsTrue(ours.IsOneWith(new ReLU(), input));
            Assert.IsTrue(one.call(input).allclose(other.call(input), 1e-5, 1e-5));
            Assert.IsFalse(one.call(input).requires_grad);
            other.call(input);
        }
        Assert.IsTrue(ours.RunningMean.allclose(theirs.RunningMean, 1e-5, 1e-6));
        Assert.IsTrue(ours.RunningVariance.allclose(theirs.RunningVariance, 1e-5, 1e-6));
        Assert.AreEqual(6, ours.BatchesTracked.item<long>());
    }

    // Of the norms.
    private static double Distance(Tensor tensor, Tensor exact) =>
        ((tensor.to(float64) - exact.to(float64)).norm() / (exact.to(float64).norm() + 1e-6)).item<double>();

    private static Dictionary<string, Tensor> Kernels(Tensor input, Tensor slope, Tensor weight, Tensor bias, Bounds bounds, Tensor? addend = null)
    {
        var norm = Norm(weight, bias);
        Assert.IsNotNull(BatchNormKernels.For(input.dtype, norm.Channels));
        return Run(norm, input, slope, addend, (x, more) => FusedBatchNorm.Of(norm, x, bounds, more));
    }

    private static Dictionary<string, Tensor> Reference(Tensor input, Tensor slope, Tensor weight, Tensor bias, Bounds bounds, Tensor? addend)
    {
        var norm = Norm(weight, bias);
        if (input.dtype == ScalarType.Float64)
            norm.to(float64);
        return Run(norm, input, slope, addend, (x, more) =>
        {
            var sum = more is null ? norm.call(x) : norm.call(x) + more;
            return bounds.Least < 0 ? sum : bounds.Most == 6 ? sum.relu6() : sum.relu();
        });
    }

    private static BatchNorm2d Norm(Tensor weight, Tensor bias)
    {
        var norm = new BatchNorm2d((int)weight.numel(), Epsilon, momentum: 0.3);
        using var noGradient = no_grad();
        norm.Weight.copy_(weight);
        norm.Bias.copy_(bias);
        norm.RunningMean.fill_(0.5f);
        norm.train();
        return norm;
    }

    private static Dictionary<string, Tensor> Run(BatchNorm2d norm, Tensor input, Tensor slope, Tensor? addend, Func<Tensor, Tensor?, Tensor> forward)
    {
        var leaf = input.detach().alias().requires_grad_();
        var more = addend?.detach().alias().requires_grad_();
        var output = forward(leaf, more);
        output.backward([slope]);
        var results = new Dictionary<string, Tensor>
        {
            ["output"] = output.detach(),
            ["gradient of the input"] = leaf.grad!,
            ["gradient of the weight"] = norm.Weight.grad!,
            ["gradient of the bias"] = norm.Bias.grad!,
            ["running mean"] = norm.RunningMean,
            ["running variance"] = norm.RunningVariance,
        };
        if (more is not null)
            results.Add("gradient of the addend", more.grad!);
        return results;
    }
}

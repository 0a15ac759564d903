using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Weights;

[TestClass]
public sealed class ModuleStateTests
{
    private static Module<Tensor, Tensor> Network(int classes = 3) => ResNet.Create(18).Build(new(3, 32, 32, classes));

    private static MemoryStream Saved(Module module, Dictionary<string, string>? metadata = null)
    {
        var stream = new MemoryStream();
        ModuleState.Save(module, stream, metadata);
        stream.Position = 0;
        return stream;
    }

    [TestMethod]
    public void A_saved_network_scores_alike_after_loading()
    {
        using var scope = NewDisposeScope();
        using var first = Network();
        using var second = Network();
        var images = randn(2, 3, 32, 32);
        first.call(images);
        first.eval();
        second.eval();
        var stream = Saved(first, new() { ["network"] = "resnet18" });
        var handles = second.parameters().Select(parameter => parameter.Handle).ToArray();

        Assert.AreEqual("resnet18", ModuleState.Load(second, stream, stream.Length)["network"]);
        Assert.AreEqual(stream.Length, stream.Position);
        Assert.IsTrue(first.call(images).allclose(second.call(images), 0, 0));
        CollectionAssert.AreEqual(handles, second.parameters().Select(parameter => parameter.Handle).ToArray());

        using var third = Network();
        third.eval();
        ModuleState.Copy(ModuleState.Of(first), third);
        Assert.IsTrue(first.call(images).allclose(third.call(images), 0, 0));
    }

    [TestMethod]
    public void Types_and_layouts_of_the_module_stay()
    {
        using var scope = NewDisposeScope();
        using var first = Network();
        using var second = Network();
        var conv = second.modules().OfType<Trainers.Layers.Conv2d>().First();
        conv.to(ScalarType.BFloat16);
        using (no_grad())
            conv.Weight.set_(conv.Weight.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        var stream = Saved(first);
        ModuleState.Load(second, stream, stream.Length);
        Assert.AreEqual(ScalarType.BFloat16, conv.Weight.dtype);
        Assert.IsFalse(conv.Weight.is_contiguous());
        Assert.IsTrue(conv.Weight.allclose(first.get_parameter("conv1.weight")!.to(ScalarType.BFloat16), 0, 0));
    }

    [TestMethod]
    public void What_does_not_fit_is_listed_and_nothing_is_changed()
    {
        using var scope = NewDisposeScope();
        using var other = Network(classes: 7);
        using var network = Network();
        using var lenet = LeNet.Create().Build(new(1, 28, 28, 10));
        var before = network.get_parameter("conv1.weight")!.clone();

        StringAssert.Contains(Failure(other).Message, "2 of another shape ('fc.weight: [7, 512] instead of [3, 512]', 'fc.bias: [7] instead of [3]')");
        var error = Failure(lenet);
        StringAssert.Contains(error.Message, "missing ('bn1.weight', ");
        StringAssert.Contains(error.Message, "unexpected ('conv1.bias', ");
        StringAssert.Contains(error.Message, " more)");
        Assert.ThrowsExactly<WeightsFormatException>(() => ModuleState.Copy(ModuleState.Of(lenet), network));
        Assert.IsTrue(before.allclose(network.get_parameter("conv1.weight")!, 0, 0));

        WeightsFormatException Failure(Module source)
        {
            var stream = Saved(source);
            return Assert.ThrowsExactly<WeightsFormatException>(() => ModuleState.Load(network, stream, stream.Length));
        }
    }

    [TestMethod]
    public void Saving_and_loading_leave_no_tensor_behind()
    {
        using var network = Network();
        var live = TensorLeakTests.Settle();
        for (var i = 0; i < 3; i++)
        {
            using var stream = Saved(network);
            ModuleState.Load(network, stream, stream.Length);
            stream.Position = 0;
            SafeTensors.Read(stream, stream.Length).Dispose();
        }
        Assert.AreEqual(live, Tensor.TotalCount);
    }
}

using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Graph;

/// <summary>Computes what a layer computes from the layer's description alone, as an export would have to: no layer is touched.</summary>
internal static class DescribedOperation
{
    public static Tensor Compute(LayerDescription layer, Tensor[] inputs)
    {
        var x = inputs[0];
        return layer.Kind switch
        {
            LayerKinds.Conv2d => functional.conv2d(x, Weight(), Bias(), Pair("stride"), Pair("padding"), Pair("dilation"), layer.Get<int>("groups")),
            LayerKinds.ConnectionTableConv2d => functional.conv2d(x, Filters(), Bias(), Pair("stride"), Pair("padding")),
            LayerKinds.Linear or LayerKinds.DropConnect => functional.linear(x, Weight(), Bias()),
            LayerKinds.BatchNorm2d => functional.batch_norm(x, layer.Weight("running_mean")!, layer.Weight("running_var")!, Weight(), Bias(), false, 0,
                Number("epsilon")),
            LayerKinds.LayerNorm => functional.layer_norm(x, Weight().shape, Weight(), Bias(), Number("epsilon")),
            LayerKinds.LayerNorm2d => functional.layer_norm(x.permute(0, 2, 3, 1), Weight().shape, Weight(), Bias(), Number("epsilon")).permute(0, 3, 1, 2),
            LayerKinds.LocalResponseNorm => functional.local_response_norm(x, layer.Get<int>("size"), Number("alpha") * layer.Get<int>("size"), Number("beta"),
                Number("k")),
            LayerKinds.LayerScale => x * Weight(),
            LayerKinds.Affine => x * Number("slope") + Number("offset"),
            LayerKinds.ChannelAffine => x * (layer.Weight("weight") is { } factors ? Along(factors) : 1) + (Bias() is { } offsets ? Along(offsets) : 0),
            LayerKinds.MeanImage => x - Weight(),
            LayerKinds.Clip => x.clamp(Number("minimum"), Number("maximum")),
            LayerKinds.Reshape => x.reshape([x.size(0), .. layer.Get<IReadOnlyList<int>>("shape").Select(length => (long)length)]),
            LayerKinds.MaxPool2d => functional.max_pool2d(x, Pair("kernel"), Pair("stride"), Pair("padding"), [1, 1], layer.Get<bool>("ceilMode")),
            LayerKinds.AvgPool2d => functional.avg_pool2d(x, Pair("kernel"), Pair("stride"), Pair("padding"), layer.Get<bool>("ceilMode"),
                layer.Get<bool>("countIncludePad")),
            LayerKinds.AdaptiveAvgPool2d => functional.adaptive_avg_pool2d(x, (Pair("output")[0], Pair("output")[1])),
            LayerKinds.TrainableSubsampling => functional.avg_pool2d(x, Pair("kernel"), Pair("stride")) * (double)(Pair("kernel")[0] * Pair("kernel")[1])
                * Weight().view(-1, 1, 1) + Bias()!.view(-1, 1, 1),
            LayerKinds.RadialBasis => x.square().sum(1, keepdim: true).add(Weight().square().sum(1)).add(x.matmul(Weight().t()), alpha: -2),
            LayerKinds.ConstantPad2d => functional.pad(x, [Pair("padding")[1], Pair("endPadding")[1], Pair("padding")[0], Pair("endPadding")[0]],
                PaddingModes.Constant, Number("value")),
            LayerKinds.ZeroPaddedShortcut => functional.pad(x.slice(2, 0, x.size(2), Pair("stride")[0]).slice(3, 0, x.size(3), Pair("stride")[1]),
                [0, 0, 0, 0, 0, layer.Get<int>("outChannels") - layer.Get<int>("inChannels")], PaddingModes.Constant, 0),
            LayerKinds.ChannelShuffle => x.view(x.size(0), layer.Get<int>("groups"), -1, x.size(2), x.size(3)).transpose(1, 2).reshape(x.shape),
            LayerKinds.Slice => x.narrow(layer.Get<int>("dimension"), layer.Get<int>("start"), layer.Get<int>("length")),
            LayerKinds.Permute => x.permute([.. layer.Get<IReadOnlyList<int>>("dimensions").Select(dimension => (long)dimension)]),
            LayerKinds.Flatten => x.flatten(layer.Get<int>("dimension")),
            LayerKinds.Concatenate => cat(inputs, layer.Get<int>("dimension")),
            LayerKinds.Add => inputs[0] + inputs[1],
            LayerKinds.Multiply => inputs[0] * inputs[1],
            LayerKinds.Negate => -x,
            LayerKinds.Identity or LayerKinds.Dropout or LayerKinds.StochasticDepth => x.alias(),
            LayerKinds.ReLU => x.relu(),
            LayerKinds.ReLU6 => functional.relu6(x),
            LayerKinds.LeakyReLU => functional.leaky_relu(x, Number("slope")),
            LayerKinds.PReLU => functional.prelu(x, Weight()),
            LayerKinds.Sigmoid => x.sigmoid(),
            LayerKinds.Tanh => x.tanh(),
            LayerKinds.ScaledTanh => (x * Number("slope")).tanh() * Number("amplitude"),
            LayerKinds.SiLU => functional.silu(x),
            LayerKinds.GELU => functional.gelu(x),
            LayerKinds.Hardsigmoid => functional.hardsigmoid(x),
            LayerKinds.Hardswish => functional.hardswish(x),
            LayerKinds.Maxout => x.view([x.size(0), x.size(1) / layer.Get<int>("pieces"), layer.Get<int>("pieces"), .. x.shape[2..]]).amax([2]),
            _ => throw new NotSupportedException($"Nothing here computes '{layer.Kind}'."),
        };

        Tensor Weight() => layer.Weight(WeightRoles.Weight)!;

        Tensor? Bias() => layer.Weight(WeightRoles.Bias);

        double Number(string name) => layer.Get<double>(name);

        long[] Pair(string name) => layer.Get<Size2d>(name) is var size ? [size.Height, size.Width] : [];

        Tensor Along(Tensor numbers) => layer.Get<int>("dimension") < 0 ? numbers : numbers.view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

        // A filter with zeros where the table has no connection.
        Tensor Filters()
        {
            var (table, kernel) = (layer.Get<IReadOnlyList<IReadOnlyList<int>>>("table"), layer.Get<Size2d>("kernel"));
            var filters = zeros(table.Count, layer.Get<int>("inChannels"), kernel.Height, kernel.Width);
            var connection = 0;
            for (var filter = 0; filter < table.Count; filter++)
                foreach (var channel in table[filter])
                    filters[filter, channel] = Weight()[connection++];
            return filters;
        }
    }
}

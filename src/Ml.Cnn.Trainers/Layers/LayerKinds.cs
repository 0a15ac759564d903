namespace Ml.Cnn.Trainers.Layers;

/// <summary>The kinds of this library's layers, for whoever translates a graph. A layer of the user's own brings a kind of its own.</summary>
internal static class LayerKinds
{
    public const string AdaptiveAvgPool2d = "adaptive_avg_pool2d";
    public const string Add = "add";
    public const string Affine = "affine";
    public const string AvgPool2d = "avg_pool2d";
    public const string BatchNorm2d = "batch_norm2d";
    public const string ChannelAffine = "channel_affine";
    public const string ChannelShuffle = "channel_shuffle";
    public const string Clip = "clip";
    public const string Concatenate = "concat";
    public const string ConnectionTableConv2d = "connection_table_conv2d";
    public const string ConstantPad2d = "pad2d";
    public const string Conv2d = "conv2d";
    public const string DropConnect = "drop_connect";
    public const string Dropout = "dropout";
    public const string Flatten = "flatten";
    public const string GELU = "gelu";
    public const string Hardsigmoid = "hardsigmoid";
    public const string Hardswish = "hardswish";
    public const string Identity = "identity";
    public const string LayerNorm = "layer_norm";
    public const string LayerNorm2d = "layer_norm2d";
    public const string LayerScale = "layer_scale";
    public const string LeakyReLU = "leaky_relu";
    public const string Linear = "linear";
    public const string LocalResponseNorm = "local_response_norm";
    public const string MaxPool2d = "max_pool2d";
    public const string Maxout = "maxout";
    public const string MeanImage = "mean_image";
    public const string Multiply = "multiply";
    public const string Negate = "negate";
    public const string PReLU = "prelu";
    public const string Permute = "permute";
    public const string RadialBasis = "radial_basis";
    public const string ReLU = "relu";
    public const string ReLU6 = "relu6";
    public const string Reshape = "reshape";
    public const string ScaledTanh = "scaled_tanh";
    public const string SiLU = "silu";
    public const string Sigmoid = "sigmoid";
    public const string Slice = "slice";
    public const string StochasticDepth = "stochastic_depth";
    public const string Tanh = "tanh";
    public const string TrainableSubsampling = "trainable_subsampling";
    public const string ZeroPaddedShortcut = "zero_padded_shortcut";
}

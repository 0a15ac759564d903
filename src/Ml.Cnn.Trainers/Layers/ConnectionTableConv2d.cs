using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A convolution whose filters each see some of the input's channels, as a table says: layer C3 of LeNet-5 (LeCun et al. 1998, table I).
/// N × C × H × W to N × K × H' × W', with stride 1 and no padding. Kind "connection_table_conv2d".
/// </summary>
/// <remarks>
/// Parameters <c>weight</c> (connections × kernel height × kernel width, filter by filter in the table's order) and <c>bias</c> (K), both
/// float32 and uniform over ±1/√fan_in of each filter.
/// </remarks>
internal sealed class ConnectionTableConv2d : Layer, IComputesIn
{
    private readonly long[] _positions; // of each connection among K × C
    private readonly int[][] _table;

    /// <summary>Creates the layer with freshly drawn weights.</summary>
    /// <param name="inChannels">Channels of the input, 1 or more.</param>
    /// <param name="table">For each filter the channels that it sees, from 0; at least one, none twice.</param>
    /// <param name="kernel">Height and width of a filter, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="ArgumentException">The table has no filter, or one without a channel or with a channel twice.</exception>
    public ConnectionTableConv2d(int inChannels, IReadOnlyList<IReadOnlyList<int>> table, Size2d kernel) : base(LayerKinds.ConnectionTableConv2d)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentNullException.ThrowIfNull(table);
        if (table.Count == 0 || table.Any(channels => channels.Count == 0 || channels.Distinct().Count() != channels.Count))
            throw new ArgumentException("Every filter must see at least one channel, and none twice.", nameof(table));
        if (table.SelectMany(channels => channels).FirstOrDefault(channel => channel < 0 || channel >= inChannels, -1) is var wrong and not -1)
            throw new ArgumentOutOfRangeException(nameof(table), wrong, $"The channels are 0 to {inChannels - 1}.");
        InChannels = inChannels;
        Kernel = kernel.AtLeast(1, nameof(kernel));
        _table = [.. table.Select(channels => channels.ToArray())];
        _positions = Positions(_table, inChannels);
        Weight = Parameters.Uniform(1, _positions.Length, kernel.Height, kernel.Width);
        Bias = Parameters.Uniform(1, _table.Length);
        RegisterComponents();
        DrawUniform(fanIn => Parameters.Bound(fanIn));
    }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutChannels => _table.Length;

    /// <summary>For each filter the channels that it sees.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Table => _table;

    /// <summary>Height and width of a filter.</summary>
    public Size2d Kernel { get; }

    /// <summary>The filters' weights: connections × kernel height × kernel width.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One number per filter.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    ScalarType? IComputesIn.ComputeType { get; set; }

    /// <summary>Draws each filter's weights and bias anew, uniform over ± a bound.</summary>
    /// <param name="bound">The bound for a filter of the given fan_in: the channels that it sees times the pixels of its kernel.</param>
    internal void DrawUniform(Func<long, double> bound)
    {
        using var noGradient = no_grad();
        var first = 0;
        for (var filter = 0; filter < _table.Length; filter++)
        {
            var limit = bound((long)_table[filter].Length * Kernel.Height * Kernel.Width);
            using var weights = Weight.narrow(0, first, _table[filter].Length);
            using var bias = Bias.narrow(0, filter, 1);
            weights.uniform_(-limit, limit);
            bias.uniform_(-limit, limit);
            first += _table[filter].Length;
        }
    }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Kernel, Kernel).With(LayerAttributes.Stride, new Size2d(1, 1)).With(LayerAttributes.Padding, new Size2d(0, 0))
        .With(LayerAttributes.InChannels, InChannels).With(LayerAttributes.Table, Table)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias)
        .WithMultiplyAdds((double)_positions.Length * Kernel.Height * Kernel.Width / OutChannels);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => this.Apply(input, Weight, Bias, (x, weight, bias) =>
    {
        using var filters = Filters(weight, _positions, OutChannels, InChannels);
        return functional.conv2d(x, filters, bias);
    });

    /// <summary>Where each connection lies among K × C, in the order of the weights.</summary>
    internal static long[] Positions(IReadOnlyList<IReadOnlyList<int>> table, int inChannels) =>
        [.. table.SelectMany((channels, filter) => channels.Select(channel => (long)filter * inChannels + channel))];

    /// <summary>The filters with zeros where there is no connection: K × C × kernel height × kernel width.</summary>
    /// <param name="weight">Connections × kernel height × kernel width.</param>
    /// <param name="positions">Of the connections.</param>
    /// <param name="outChannels">K.</param>
    /// <param name="inChannels">C.</param>
    internal static Tensor Filters(Tensor weight, long[] positions, int outChannels, int inChannels)
    {
        using var zero = zeros([(long)outChannels * inChannels, weight.size(1), weight.size(2)], weight.dtype, weight.device);
        using var places = tensor(positions, device: weight.device);
        using var rows = zero.index_copy(0, places, weight);
        return rows.view(outChannels, inChannels, weight.size(1), weight.size(2));
    }

    internal override Tensor ComputeShape(Tensor input) =>
        empty([input.shape[0], OutChannels, input.shape[2] - Kernel.Height + 1, input.shape[3] - Kernel.Width + 1], device: input.device);
}

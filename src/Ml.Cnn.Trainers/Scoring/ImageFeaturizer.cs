using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns images into what one layer of a network makes of them: one column of numbers.</summary>
internal sealed class ImageFeaturizer : ImageMapper
{
    private ImageFeaturizer(ImageScorer scorer, NetworkComputation network, string outputColumnName, string layer, bool isPooled)
        : base(scorer.Environment, [network]) => (Scorer, OutputColumnName, Layer, IsPooled) = (scorer, outputColumnName, layer, isPooled);

    /// <summary>A featurizer of a network.</summary>
    /// <param name="scorer">The network and the column that it reads; disposed with this featurizer.</param>
    /// <param name="outputColumnName">The column that takes the features.</param>
    /// <param name="layer">A name of the network's graph; null: whatever the head takes.</param>
    /// <param name="pool">Whether a feature map is averaged; null: only what the head takes is.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public static ImageFeaturizer Of(ImageScorer scorer, string outputColumnName, string? layer, bool? pool)
    {
        var (architecture, graph) = (scorer.Model.Architecture, NetworkGraph.Trace(scorer.Network, scorer.Model.Shape));
        var node = layer is null ? HeadInput(architecture, graph) : graph.Find(layer) ?? throw Unknown(layer, architecture, graph);
        _ = graph.UpTo(node); // or it says what is unknown on the way there
        var shape = node.Shape.PerImage;
        var isPooled = (pool ?? layer is null) && shape.Count == 3;
        var length = isPooled ? shape[0] : shape.Aggregate(1, (product, size) => checked(product * size));
        return new(scorer, Computation(scorer, node.Name, isPooled, length), outputColumnName, node.Name, isPooled);
    }

    public ImageScorer Scorer { get; }

    public string OutputColumnName { get; }

    public string Layer { get; }

    /// <summary>Whether feature maps are averaged, one number per channel.</summary>
    public bool IsPooled { get; }

    public override string FeatureColumnName => Scorer.FeatureColumnName;

    public override BadImageHandling OnBadImage => Scorer.OnBadImage;

    public override int Length => Networks[0].Length;

    protected override string Output => "features";

    public override void AddColumns(DataViewSchema.Builder builder) =>
        builder.AddColumn(OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, Length));

    public override Delegate Getter(int column, MappedRows rows, Func<int> current) =>
        (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => rows.CopyTo(ref value, current()));

    /// <summary>The same for another holder, who is disposed apart.</summary>
    public ImageFeaturizer Another()
    {
        var scorer = Scorer.For(Scorer.Model);
        return new(scorer, Computation(scorer, Layer, IsPooled, Length), OutputColumnName, Layer, IsPooled);
    }

    public override void Compute(NetworkInputs inputs, Span<float> values) => Networks[0].Compute(inputs[0], values);

    private static NetworkComputation Computation(ImageScorer scorer, string layer, bool isPooled, int length)
    {
        var (network, request) = (scorer.Single, new CopyRequest(layer, isPooled ? CopyOutput.ChannelMeans : CopyOutput.Values, scorer.Model.Scoring));
        return new(scorer.Environment, network.Claim, network.Model, request, length);
    }

    // No family is asked: the head is a module path, and what its first layer takes is in the graph.
    private static GraphNode HeadInput(Architecture architecture, NetworkGraph graph) =>
        graph.FirstUnder(architecture.Head)?.Inputs[0] is { Layer: not null } input ? input
            : throw new ArgumentException(graph.Nodes.Count > 0
                ? $"{architecture.Name} does not tell which layer is its head: name a layer, one of "
                + $"{string.Join(", ", graph.Nodes.Select(node => node.Name))}."
                : $"{architecture.Name} has no layers of this library that features could be taken from: build it from those in "
                + $"{typeof(Layer).Namespace}.");

    private static ArgumentException Unknown(string layer, Architecture architecture, NetworkGraph graph) => new(
        $"{architecture.Name} has no layer called '{layer}'. The nearest are: "
            + $"{string.Join(", ", NearestNames.Of(layer, graph.Nodes.Select(node => node.Name), 5))}. CnnSummary lists all.", nameof(layer));
}

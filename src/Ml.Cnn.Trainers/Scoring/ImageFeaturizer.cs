using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns images into what one layer of a network makes of them: one column of numbers.</summary>
internal sealed class ImageFeaturizer : ImageMapper, IDisposable
{
    /// <param name="scorer">The network and the column that it reads; disposed with this featurizer.</param>
    /// <param name="outputColumnName">The column that takes the features.</param>
    /// <param name="layer">A name of the network's graph; null: whatever the head takes.</param>
    /// <param name="pool">Whether a feature map is averaged; null: only what the head takes is.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public ImageFeaturizer(ImageScorer scorer, string outputColumnName, string? layer, bool? pool)
        : base(scorer.Environment, scorer.Claim, scorer.Plan, scorer.Model)
    {
        Scorer = scorer;
        OutputColumnName = outputColumnName;
        var graph = NetworkGraph.Trace(scorer.Network, scorer.Model.Shape);
        var node = layer is null ? HeadInput(graph) : graph.Find(layer) ?? throw Unknown(layer, graph);
        _ = graph.UpTo(node); // or it says what is unknown on the way there
        Layer = node.Name;
        var shape = node.Shape.PerImage;
        IsPooled = (pool ?? layer is null) && shape.Count == 3;
        Length = IsPooled ? shape[0] : shape.Aggregate(1, (product, size) => checked(product * size));
        Request = new(Layer, IsPooled ? CopyOutput.ChannelMeans : CopyOutput.Values, Model.Scoring);
    }

    private ImageFeaturizer(ImageFeaturizer other, ImageScorer scorer) : base(scorer.Environment, scorer.Claim, scorer.Plan, scorer.Model)
    {
        Scorer = scorer;
        (OutputColumnName, Layer, IsPooled, Length, Request) = (other.OutputColumnName, other.Layer, other.IsPooled, other.Length, other.Request);
    }

    public ImageScorer Scorer { get; }

    public string OutputColumnName { get; }

    public string Layer { get; }

    /// <summary>Whether feature maps are averaged, one number per channel.</summary>
    public bool IsPooled { get; }

    public override int Length { get; }

    protected override string Output => "features";

    protected override CopyRequest Request { get; }

    public override void AddColumns(DataViewSchema.Builder builder) =>
        builder.AddColumn(OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, Length));

    public override Delegate Getter(int column, MappedRows rows, Func<int> current) =>
        (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => rows.CopyTo(ref value, current()));

    /// <summary>The same for another holder, who is disposed apart.</summary>
    public ImageFeaturizer Another() => new(this, Scorer.For(Model));

    public void Dispose() => Scorer.Dispose();

    // No family is asked: the head is a module path, and what its first layer takes is in the graph.
    private GraphNode HeadInput(NetworkGraph graph) =>
        graph.FirstUnder(Model.Architecture.Head)?.Inputs[0] is { Layer: not null } input ? input
            : throw new ArgumentException(graph.Nodes.Count > 0
                ? $"{Model.Architecture.Name} does not tell which layer is its head: name a layer, one of "
                + $"{string.Join(", ", graph.Nodes.Select(node => node.Name))}."
                : $"{Model.Architecture.Name} has no layers of this library that features could be taken from: build it from those in "
                + $"{typeof(Layer).Namespace}.");

    private ArgumentException Unknown(string layer, NetworkGraph graph) => new(
        $"{Model.Architecture.Name} has no layer called '{layer}'. The nearest are: "
            + $"{string.Join(", ", NearestNames.Of(layer, graph.Nodes.Select(node => node.Name), 5))}. CnnSummary lists all.", nameof(layer));
}

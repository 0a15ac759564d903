using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Onnx;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>
/// A trained network as a part of the ONNX graph that ML.NET makes of a pipeline: from a column of pixels to the columns of scores and of the predicted label.
/// </summary>
internal static class PipelineScorer
{
    /// <summary>
    /// Why a network cannot be a part of such a graph; null where it can. The graph takes numbers, so that images must come as pixels of the network's size.
    /// </summary>
    public static string? WhyNot(ImageMapper mapper, ImageColumnFormat format)
    {
        if (mapper is not ImageScorer { Networks.Count: 1 } scorer)
            return "only a single network that gives scores can be written";
        if (scorer.Single.Claim.Engine is not LibtorchEngine)
            return $"{scorer.Model.Architecture.Name} is computed from an ONNX file, which is one already: convert the pipeline that was trained";
        var shape = scorer.Model.Shape;
        if (!format.HasSize)
            return $"the column '{mapper.FeatureColumnName}' holds files, which no operator of ONNX decodes: "
                + "give pixels, or write the network alone with SaveAsOnnx";
        if ((format.Channels, format.Height, format.Width) != (shape.Channels, shape.Height, shape.Width))
            return $"the column '{mapper.FeatureColumnName}' holds images of another size than the network's, {shape.Width} × {shape.Height}";
        if (format.Type is not (SinglePixels or BytePixels))
            return $"the column '{mapper.FeatureColumnName}' holds no vectors of numbers";
        if (scorer.Model.Augmentation is { HasStepsForScoring: true })
            return "the images go through steps of an augmentation recipe before they are normalized";
        return scorer.Model.Preprocessing.TestTime == TestTimeAugmentation.None ? null : "the scores are means over several views of an image";
    }

    /// <summary>Writes the network and what is made of its output.</summary>
    /// <exception cref="NotSupportedException">A layer cannot be written; the message names it.</exception>
    public static void Write(OnnxContext context, ImageScorer scorer, ImageColumnFormat format)
    {
        using var use = scorer.Single.Claim.Use();
        using var mode = inference_mode();
        var (model, graph) = (scorer.Model, new PipelineGraph(context));
        var network = NetworkGraph.Trace(scorer.Network, model.Shape);
        if (!network.IsComplete)
            throw new NotSupportedException($"{model.Architecture.Name} does something that is no layer of this library: {string.Join("; ", network.Missing)}");
        var input = Input(graph, context.GetVariableName(scorer.FeatureColumnName), model.Preprocessing.Normalization, format);
        var logits = new OnnxLowering(graph).Write(network.Program(), foldsNormalization: true, input);
        if (model.Calibration is { Temperature: not 1 and var temperature })
        {
            using var factor = tensor((float)(1 / temperature));
            logits = graph.Node("Mul", "Calibrated", [logits, graph.Constant("TemperatureInverse", factor)]);
        }
        var scores = context.AddIntermediateVariable(new VectorDataViewType(NumberDataViewType.Single, model.Shape.Classes), model.ScoreColumnName);
        graph.Node("Softmax", "Scores", [logits], scores, ("axis", 1L));
        WriteLabel(context, graph, model, scores);
    }

    // Keys count from 1.
    private static void WriteLabel(OnnxContext context, PipelineGraph graph, CnnModel model, string scores)
    {
        using var one = tensor(1L);
        var best = graph.Node("ArgMax", "Best", [scores], ("axis", 1L), ("keepdims", 1L));
        var key = graph.Node("Add", "Key", [best, graph.Constant("One", one)]);
        var label = context.AddIntermediateVariable(new KeyDataViewType(typeof(uint), model.Shape.Classes), model.PredictedLabelColumnName);
        graph.Node("Cast", "Label", [key], label, ("to", OnnxTypes.UInt32));
    }

    // Pixels from 0 to 255, as bytes or numbers: (x / 255 − mean) / deviation.
    private static string Input(PipelineGraph graph, string column, Normalization normalization, ImageColumnFormat format)
    {
        using var scope = NewDisposeScope();
        var numbers = graph.Node("Cast", "Numbers", [column], ("to", OnnxTypes.Float32));
        long[] shape = format.ChannelsFirst ? [-1, format.Channels, format.Height, format.Width] : [-1, format.Height, format.Width, format.Channels];
        var planes = graph.Node("Reshape", "Pixels", [numbers, graph.Constant("PixelShape", tensor(shape))]);
        if (!format.ChannelsFirst)
            planes = graph.Node("Transpose", "Planes", [planes], ("perm", (IReadOnlyList<long>)[0, 3, 1, 2]));
        var (means, deviations) = (Channels(normalization.Mean), Channels(normalization.Deviation));
        var scaled = graph.Node("Mul", "Scaled", [planes, graph.Constant("Factors", deviations.Times(255.0).reciprocal().to(float32))]);
        return graph.Node("Sub", "Normalized", [scaled, graph.Constant("Offsets", (means / deviations).to(float32))]);

        static Tensor Channels(IReadOnlyList<float> values) => tensor(values.Select(value => (double)value).ToArray()).view(1, -1, 1, 1);
    }
}

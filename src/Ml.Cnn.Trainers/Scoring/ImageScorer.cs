using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Turns pictures into class probabilities with one network that every cursor and thread shares.</summary>
/// <remarks>Nothing here changes after construction: forward passes in evaluation mode only read the weights.</remarks>
internal sealed class ImageScorer(Module<Tensor, Tensor> network, ExecutionPlan plan, CnnModel model)
{
    public CnnModel Model => model;

    public ExecutionPlan Plan => plan;

    public Module<Tensor, Tensor> Network => network;

    /// <summary>The same network, weights included, described otherwise.</summary>
    public ImageScorer For(CnnModel otherwise) => new(network, plan, otherwise);

    /// <summary>Decodes rows as the model scores them: in its evaluation view, with those steps of its augmentation that are without chance.</summary>
    public ImageRowDecoder Decoder(FeatureFormat format) => ImageRowDecoder.ForScoring(format, model.Preprocessing, model.Augmentation, plan.ChannelsLast);

    /// <summary>Scores the first <paramref name="count"/> rows.</summary>
    /// <param name="rows">The pictures; those that cannot be used get a <see cref="ImageRow.Defect"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="scores">Takes count × classes probabilities. Those of a defective row mean nothing.</param>
    public void Score(ImageRow[] rows, int count, ImageRowDecoder decoder, float[] scores)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        // Several views of a picture take no more memory than several pictures.
        var atOnce = Math.Max(1, count / decoder.Views);
        using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(atOnce * decoder.Views));
        using var batch = new ImageBatch(atOnce * decoder.Views, model.Shape, decoder.ChannelsLast);
        for (var first = 0; first < count; first += atOnce)
        {
            var part = Math.Min(atOnce, count - first);
            batch.Count = part * decoder.Views;
            Score(rows.AsMemory(first, part), batch, decoder, scores.AsSpan(first * model.Shape.Classes, part * model.Shape.Classes));
        }
    }

    private void Score(ReadOnlyMemory<ImageRow> rows, ImageBatch batch, ImageRowDecoder decoder, Span<float> scores)
    {
        using var scope = NewDisposeScope();
        if (rows.Length == 1 || decoder.IsCheap)
            for (var i = 0; i < rows.Length; i++)
                Decode(i);
        else
            Parallel.For(0, rows.Length, Decode);

        var probabilities = functional.softmax(network.forward(batch.Pixels.to(plan.Device)).to(float32), 1); // (N · views) × classes
        if (decoder.Views > 1)
            probabilities = probabilities.reshape(rows.Length, decoder.Views, model.Shape.Classes).mean([1]); // N × classes
        probabilities.cpu().contiguous().bytes.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores));

        void Decode(int i)
        {
            var views = batch.Images(i * decoder.Views, decoder.Views);
            if (!decoder.TryDecode(rows.Span[i], epoch: 0, views))
                views.Clear();
        }
    }
}

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

    /// <summary>Scores the first <paramref name="count"/> rows.</summary>
    /// <param name="rows">The pictures; those that cannot be used get a <see cref="ImageRow.Defect"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="scores">Takes count × classes probabilities. Those of a defective row mean nothing.</param>
    public void Score(ImageRow[] rows, int count, ImageRowDecoder decoder, float[] scores)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(count));
        using var batch = new ImageBatch(count, model.Shape, decoder.ChannelsLast) { Count = count };

        if (count == 1 || decoder.IsCheap)
            for (var i = 0; i < count; i++)
                Decode(i);
        else
            Parallel.For(0, count, Decode);

        var probabilities = functional.softmax(network.forward(batch.Pixels.to(plan.Device)).to(float32), 1).cpu().contiguous(); // N × classes
        probabilities.bytes.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan(0, count * model.Shape.Classes)));

        void Decode(int i)
        {
            var image = batch.Image(i);
            if (!decoder.TryDecode(rows[i], epoch: 0, image))
                image.Clear();
        }
    }
}

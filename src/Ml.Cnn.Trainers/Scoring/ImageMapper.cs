using System.Runtime.InteropServices;
using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>What a network computes from pictures, and the columns that take it. Every cursor and thread shares the one mapper.</summary>
/// <remarks>Nothing here changes after construction: forward passes in evaluation mode only read the weights.</remarks>
internal abstract class ImageMapper(ExecutionPlan plan, CnnModel model)
{
    public CnnModel Model => model;

    public ExecutionPlan Plan => plan;

    /// <summary>Values per picture.</summary>
    public abstract int Length { get; }

    /// <summary>Adds the columns that take the values.</summary>
    public abstract void AddColumns(DataViewSchema.Builder builder);

    /// <summary>A getter of one of these columns.</summary>
    /// <param name="column">Its position among them.</param>
    /// <param name="rows">The pictures and their values.</param>
    /// <param name="current">Brings the rows up to date and gives the index of the current one.</param>
    public abstract Delegate Getter(int column, MappedRows rows, Func<int> current);

    /// <summary>Maps the first <paramref name="count"/> rows in one forward pass.</summary>
    /// <param name="rows">The pictures; those that cannot be used get a <see cref="ImageRow.Defect"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="values">Takes count × <see cref="Length"/> values. Those of a defective row mean nothing.</param>
    public void Map(ImageRow[] rows, int count, ImageRowDecoder decoder, float[] values)
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

        var output = Compute(batch.Pixels.to(plan.Device)).to(float32).cpu().contiguous(); // N × length
        output.bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan(0, count * Length)));

        void Decode(int i)
        {
            var image = batch.Image(i);
            if (!decoder.TryDecode(rows[i], epoch: 0, image))
                image.Clear();
        }
    }

    /// <summary>The network's part: N × channels × height × width to N × <see cref="Length"/>.</summary>
    protected abstract Tensor Compute(Tensor images);
}

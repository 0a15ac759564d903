using System.Runtime.InteropServices;
using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms.Columns;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>What a network computes from images, and the columns that take it. Every cursor and thread shares the one mapper.</summary>
/// <remarks>Nothing here changes after construction: forward passes in evaluation mode only read the weights.</remarks>
internal abstract class ImageMapper(ExecutionPlan plan, CnnModel model)
{
    public CnnModel Model => model;

    public ExecutionPlan Plan => plan;

    /// <summary>Values per image.</summary>
    public abstract int Length { get; }

    /// <summary>Adds the columns that take the values.</summary>
    public abstract void AddColumns(DataViewSchema.Builder builder);

    /// <summary>A getter of one of these columns.</summary>
    /// <param name="column">Its position among them.</param>
    /// <param name="rows">The images and their values.</param>
    /// <param name="current">Brings the rows up to date and gives the index of the current one.</param>
    public abstract Delegate Getter(int column, MappedRows rows, Func<int> current);

    /// <summary>Decodes rows as the model scores them: in its evaluation view, with those steps of its augmentation that are without chance.</summary>
    public ImageRowDecoder Decoder(ImageColumnFormat format) =>
        ImageRowDecoder.ForScoring(format, model.Preprocessing, model.Augmentation, plan.ChannelsLast);

    /// <summary>Maps the first <paramref name="count"/> rows.</summary>
    /// <param name="rows">The images; those that cannot be used get a <see cref="ImageRow.Defect"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="values">Takes count × <see cref="Length"/> values. Those of a defective row mean nothing.</param>
    public void Map(ImageRow[] rows, int count, ImageRowDecoder decoder, float[] values)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        // Several views of an image take no more memory than several images.
        var atOnce = Math.Max(1, count / decoder.Views);
        using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(atOnce * decoder.Views, besideDecoding: true));
        using var batch = new ImageBatch(atOnce * decoder.Views, model.Shape, decoder.ChannelsLast);
        for (var first = 0; first < count; first += atOnce)
        {
            var part = Math.Min(atOnce, count - first);
            batch.Count = part * decoder.Views;
            Map(rows.AsMemory(first, part), batch, decoder, values.AsSpan(first * Length, part * Length));
        }
    }

    private void Map(ReadOnlyMemory<ImageRow> rows, ImageBatch batch, ImageRowDecoder decoder, Span<float> values)
    {
        using var scope = NewDisposeScope();
        if (rows.Length == 1 || decoder.IsCheap)
            for (var i = 0; i < rows.Length; i++)
                Decode(i);
        else
            Parallel.For(0, rows.Length, Decode);

        var output = Compute(batch.Pixels.BringTo(plan.Device)).to(float32); // (N · views) × length
        if (decoder.Views > 1)
            output = output.reshape(rows.Length, decoder.Views, Length).mean([1]); // N × length
        output.cpu().contiguous().bytes.CopyTo(MemoryMarshal.AsBytes(values));

        void Decode(int i)
        {
            var views = batch.Images(i * decoder.Views, decoder.Views);
            if (!decoder.TryDecode(rows.Span[i], epoch: 0, views))
                views.Clear();
        }
    }

    /// <summary>
    /// The network's part: N × channels × height × width to N × <see cref="Length"/>.
    /// The means of several views of an image are taken of it.
    /// </summary>
    protected abstract Tensor Compute(Tensor images);
}

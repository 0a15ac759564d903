using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms.Columns;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>What a network computes from images, and the columns that take it. Every cursor and thread shares the one mapper.</summary>
/// <remarks>Forward passes in evaluation mode only read the weights, so any number of threads may map at once.</remarks>
internal abstract class ImageMapper(IHostEnvironment environment, NetworkClaim claim, ExecutionPlan plan, CnnModel model)
{
    private int _hasWarned;

    /// <summary>The claim on the network, which this mapper's holder gives up.</summary>
    public NetworkClaim Claim => claim;

    public CnnModel Model => model;

    public ExecutionPlan Plan => plan;

    /// <summary>Takes warnings.</summary>
    public IHostEnvironment Environment => environment;

    /// <summary>Rows that are mapped in one forward pass where many are read.</summary>
    public int BatchSize => plan.Cost.ScoringBatch;

    /// <summary>What the values are called in messages.</summary>
    protected abstract string Output { get; }

    /// <summary>What is computed of an image's pixels.</summary>
    protected abstract CopyRequest Request { get; }

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
        ImageRowDecoder.ForScoring(format, model.Preprocessing, model.Augmentation, channelsLast: true);

    /// <summary>Rows of a forward pass: several views of an image take no more memory than several images.</summary>
    public int RowsAtOnce(ImageRowDecoder decoder) => Math.Max(1, BatchSize / decoder.Views);

    /// <summary>Decodes rows, on all cores where that is worth it.</summary>
    /// <param name="rows">The images; those that cannot be used get a <see cref="ImageRow.Defect"/>, and zeros.</param>
    /// <param name="decoder">Decodes them.</param>
    /// <param name="batch">Takes their views.</param>
    /// <param name="first">The place of the first row among those of the batch.</param>
    public static void Decode(ReadOnlyMemory<ImageRow> rows, ImageRowDecoder decoder, ImageBatch batch, int first)
    {
        if (rows.Length == 1 || decoder.IsCheap)
            for (var i = 0; i < rows.Length; i++)
                Decode(i);
        else
            Parallel.For(0, rows.Length, Decode);

        void Decode(int i)
        {
            var views = batch.Images((first + i) * decoder.Views, decoder.Views);
            if (!decoder.TryDecode(rows.Span[i], epoch: 0, views))
                views.Clear();
        }
    }

    /// <summary>Computes rows that are decoded.</summary>
    /// <param name="rows">As they were decoded.</param>
    /// <param name="batch">Every view of every row, one behind the other.</param>
    /// <param name="views">Views of a row, which the means are taken of.</param>
    /// <param name="memory">Memory that nobody else uses meanwhile.</param>
    /// <param name="values">Takes <see cref="Length"/> values for each row. Those of a defective row mean nothing.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Compute(ReadOnlySpan<ImageRow> rows, ImageBatch batch, int views, ImageMemory memory, Span<float> values)
    {
        Compute(batch, views, memory, values);
        if (!IsFinite(values))
            WarnOfFirstNonFinite(rows, batch, views, values);
    }

    /// <summary>Makes the network's copies for single images and for batches, and runs each a few times: libtorch optimizes what it has seen run.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void WarmUp()
    {
        const int Passes = 3;
        using var use = claim.Use();
        foreach (var images in new[] { 1, BatchSize })
        {
            using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(images, besideDecoding: true));
            using var memory = new ImageMemory(model.Shape);
            var batch = memory.Batch(images);
            batch.Images(0, images).Clear();
            for (var pass = 0; pass < Passes; pass++)
                claim.Copies.Get(Request, images, Warn).Run(batch, memory.Values(images * Length));
        }
    }

    /// <summary>Computes images that are decoded already.</summary>
    /// <param name="batch">Every view of every image, one behind the other.</param>
    /// <param name="views">Views of an image, which the means are taken of.</param>
    /// <param name="memory">Memory that nobody else uses meanwhile.</param>
    /// <param name="values">Takes <see cref="Length"/> values for each image.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Compute(ImageBatch batch, int views, ImageMemory memory, Span<float> values)
    {
        using var use = claim.Use();
        using var threads = LibtorchThreads.Use(plan.Cost.ThreadsFor(batch.Count, besideDecoding: true));
        var network = claim.Copies.Get(Request, batch.Count, Warn);
        if (views == 1)
        {
            network.Run(batch, values);
            return;
        }
        var each = memory.Values(batch.Count * Length); // of each view of each image
        network.Run(batch, each);
        for (var i = 0; i < batch.Count / views; i++)
            Mean(each.Slice(i * views * Length, views * Length), values.Slice(i * Length, Length));
    }

    private static void Mean(ReadOnlySpan<float> views, Span<float> mean)
    {
        var count = views.Length / mean.Length;
        views[..mean.Length].CopyTo(mean);
        for (var view = 1; view < count; view++)
            TensorPrimitives.Add(mean, views.Slice(view * mean.Length, mean.Length), mean);
        TensorPrimitives.Divide(mean, count, mean);
    }

    private void Warn(string message)
    {
        using var log = environment.Start("CnnTransformer");
        log.Warning(MessageSensitivity.None, "{0}", message);
    }

    // Once: what a network lacks for one image, it lacks for many.
    private void WarnOfFirstNonFinite(ReadOnlySpan<ImageRow> rows, ImageBatch batch, int views, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Defect is not null || IsFinite(values.Slice(i * Length, Length)))
                continue;
            if (Interlocked.Exchange(ref _hasWarned, 1) != 0)
                return;
            var image = batch.Pixels.narrow(0, (long)i * views, views).BringTo(plan.Device);
            using var use = claim.Use();
            var since = NonFiniteLayer.Find(claim.Network, model.Shape, image);
            Warn(NonFiniteLayer.Warning(model.Architecture.Name, $"{Output} for an image ({rows[i].Name})", since));
            return;
        }
    }

    private static bool IsFinite(ReadOnlySpan<float> values) => float.IsFinite(TensorPrimitives.MaxMagnitude(values)); // NaN if any is NaN
}

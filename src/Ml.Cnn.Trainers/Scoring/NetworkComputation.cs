using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>One network at work: how images become its input, and what it makes of them.</summary>
/// <remarks>Forward passes in evaluation mode only read the weights, so any number of threads may compute at once.</remarks>
/// <param name="environment">Takes warnings.</param>
/// <param name="claim">The network; given up by whoever made this.</param>
/// <param name="model">All else about it.</param>
/// <param name="request">What is computed of an image's pixels.</param>
/// <param name="length">Numbers of an image.</param>
internal sealed class NetworkComputation(IHostEnvironment environment, NetworkClaim claim, CnnModel model, CopyRequest request, int length)
{
    private readonly bool _isDense = IsDense(model, request);
    private readonly CopyRequest _request = IsDense(model, request) ? request with { Output = CopyOutput.ChannelMeans, IsDense = true } : request;
    private readonly ImagePreprocessing _preprocessing = request.Output == CopyOutput.Probabilities ? model.Preprocessing : ForFeatures(model.Preprocessing);

    public NetworkClaim Claim => claim;

    public CnnModel Model => model;

    /// <summary>Where and how libtorch runs the network.</summary>
    /// <exception cref="InvalidOperationException">Another engine computes it.</exception>
    public ExecutionPlan Plan => claim.Libtorch.Plan;

    public int Length => length;

    /// <summary>Views of an image.</summary>
    public int Views => _preprocessing.TestTime.Views;

    /// <summary>
    /// Images of a pass where there are many: several views of an image take no more memory than several images. Whole images are computed one by one, and
    /// a few are decoded at once.
    /// </summary>
    public int BatchSize => _isDense ? MappedRows.DecodedAtOnce : Math.Max(1, claim.Engine.Batch / Views);

    /// <summary>Decodes rows as the model scores them: in its evaluation views, with those steps of its augmentation that are without chance.</summary>
    public ImageRowDecoder Decoder(ImageColumnFormat format) =>
        ImageRowDecoder.ForScoring(format, _preprocessing, model.Augmentation, claim.Engine.ChannelsLast);

    /// <summary>Memory for images on their way to the network.</summary>
    public NetworkInput NewInput() => _isDense ? new DenseInput(_preprocessing.Sizes().Count()) : new ViewInput(claim.Engine, model.Shape, Views);

    /// <summary>Makes what computes single images and batches, and runs each: engines prepare, and optimize what they have seen run.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void WarmUp()
    {
        using var use = claim.Use();
        var (batches, passes) = claim.Engine.WarmUp;
        foreach (var images in _isDense ? [_preprocessing.TestTime.Mirror ? 2 : 1] : batches)
        {
            using var batch = claim.Engine.NewBatch(images, model.Shape);
            batch.Count = images;
            batch.Images(0, images).Clear();
            var values = new float[images * length];
            for (var pass = 0; pass < passes; pass++)
                Run(batch, values);
        }
    }

    /// <summary>
    /// Begins to compute images that are decoded, and stay as they are until <see cref="Compute"/>: on a GPU, others can be decoded meanwhile. What cannot be
    /// begun is computed there.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Launch(NetworkInput input)
    {
        if (input is not ViewInput { Batch: var batch } views || batch.Count == 0 || batch.Count > claim.Engine.Batch)
            return;
        IDisposable? use = claim.Use();
        try
        {
            if (claim.Engine.Launch(_request, batch, Warn) is not { } output)
                return;
            views.Launched = (output, use);
            use = null;
        }
        finally
        {
            use?.Dispose();
        }
    }

    /// <summary>Computes images that are decoded.</summary>
    /// <param name="input">The images, as many as there is room for in <paramref name="values"/>.</param>
    /// <param name="values">Takes <see cref="Length"/> numbers for each image: the mean over its views.</param>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Compute(NetworkInput input, Span<float> values)
    {
        using var use = claim.Use();
        if (input is DenseInput whole)
            ComputeWhole(whole, values);
        else
            ComputeViews((ViewInput)input, values);
    }

    /// <summary>The layer from which on an image's numbers are NaN or infinite, in words; null if none is found.</summary>
    /// <param name="input">The images.</param>
    /// <param name="place">The image's place among them.</param>
    public string? FindNonFiniteLayer(NetworkInput input, int place)
    {
        using var use = claim.Use();
        if (input is not ViewInput views)
            return claim.Engine.FindNonFiniteLayer(images: null);
        using var image = views.Batch.Part(place * Views, Views);
        return claim.Engine.FindNonFiniteLayer(image);
    }

    private void ComputeViews(ViewInput input, Span<float> values)
    {
        var batch = input.Batch;
        if (Views == 1)
        {
            Run(input, values);
            return;
        }
        var each = input.Values(batch.Count * length); // of each view of each image
        Run(input, each);
        for (var i = 0; i < batch.Count / Views; i++)
            ScoreMean.Of(each.Slice(i * Views * length, Views * length), values.Slice(i * length, length), _preprocessing.TestTime.Average);
    }

    private void Run(ViewInput input, Span<float> values)
    {
        if (input.Launched is not { Output: var output })
        {
            Run(input.Batch, values);
            return;
        }
        output.CopyTo(values);
        input.Forget();
    }

    private void ComputeWhole(DenseInput input, Span<float> values)
    {
        var (sides, row) = (_preprocessing.TestTime.Mirror ? 2 : 1, new float[Views * length]);
        for (var first = 0; first < values.Length; first += length)
        {
            var sizes = input[first / length];
            for (var size = 0; size < sizes.Count; size++)
                Run(sizes[size], sides, row.AsSpan(size * sides * length, sides * length));
            ScoreMean.Of(row, values.Slice(first, length), _preprocessing.TestTime.Average);
        }
    }

    // The logits are averaged over the places, and the probabilities, if nothing else is said, over sizes and mirror images.
    private void Run(WholeImage image, int sides, Span<float> probabilities)
    {
        probabilities.Clear();
        if (image.Height == 0)
            return; // it could not be decoded
        using var batch = claim.Engine.NewBatch(sides, model.Shape with { Height = image.Height, Width = image.Width });
        batch.Count = sides;
        image.Pixels.CopyTo(batch.Image(0));
        if (sides == 2)
            image.CopyMirrored(batch.Image(1));
        claim.Engine.Run(_request, batch, probabilities, Warn);
        for (var side = 0; side < sides; side++)
            ScoreMean.ToProbabilities(probabilities.Slice(side * length, length));
    }

    // In parts that take no more memory than a batch of images does.
    private void Run(PixelBatch batch, Span<float> values)
    {
        var most = claim.Engine.Batch;
        if (batch.Count <= most)
        {
            claim.Engine.Run(_request, batch, values, Warn);
            return;
        }
        for (var first = 0; first < batch.Count; first += most)
        {
            using var part = batch.Part(first, Math.Min(most, batch.Count - first));
            claim.Engine.Run(_request, part, values.Slice(first * length, part.Count * length), Warn);
        }
    }

    private static bool IsDense(CnnModel model, CopyRequest request) =>
        model.Preprocessing.TestTime.Crops == EvaluationCrops.Dense && request.Output == CopyOutput.Probabilities;

    // Features are averaged as they are, and layers have no output everywhere.
    private static ImagePreprocessing ForFeatures(ImagePreprocessing preprocessing) => preprocessing with
    {
        TestTime = preprocessing.TestTime with
        {
            Average = ScoreAverage.Probabilities,
            Crops = preprocessing.TestTime.Crops == EvaluationCrops.Dense ? EvaluationCrops.Center : preprocessing.TestTime.Crops,
        },
    };

    private void Warn(string message)
    {
        using var log = environment.Start("CnnTransformer");
        log.Warning(MessageSensitivity.None, "{0}", message);
    }
}

using System.Collections.Concurrent;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Makes a row's image into the network's input: decoded, resized, cropped, normalized. Thread safe.</summary>
internal sealed class ImageRowDecoder
{
    private const ulong LastBatchStream = 2;
    private const ulong StrongStream = 1UL << 32;

    private readonly ImageColumnFormat _format;
    private readonly ImagePreprocessing _preprocessing;
    private readonly PixelTensor _normalizer;
    private readonly DecodeOptions _decoding;
    private readonly View[] _views;
    private readonly ImageAugmentation? _steps; // of scoring
    private readonly int _seed;
    private readonly ConcurrentBag<Scratch> _scratch = [];

    /// <param name="format">What the rows hold.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="channelsLast">Whether the values of a pixel lie side by side in the output.</param>
    /// <param name="augmentation">What happens to the images on their way; null: they are only brought to the network's size.</param>
    /// <param name="seed">Fixes what is random in the augmentation.</param>
    public ImageRowDecoder(ImageColumnFormat format, ImagePreprocessing preprocessing, bool channelsLast,
        AugmentationPipeline? augmentation = null, int seed = 0)
        : this(format, preprocessing, channelsLast, [new(preprocessing, augmentation)], steps: null, seed) { }

    private ImageRowDecoder(ImageColumnFormat format, ImagePreprocessing preprocessing, bool channelsLast, View[] views, ImageAugmentation? steps, int seed)
    {
        (_views, _steps, _seed) = (views, steps, seed);
        var augmentation = views[0].Augmentation;
        ChannelsLast = channelsLast;
        _format = format;
        _preprocessing = preprocessing;
        _normalizer = new PixelTensor(preprocessing.Normalization, preprocessing.Channels);
        _decoding = augmentation?.DecodeOptions ?? preprocessing.DecodeOptions(reducedScale: true);
        if (!format.Type.IsUsedAsItIs)
            return;
        if ((format.Height, format.Width, format.Channels) != (preprocessing.Height, preprocessing.Width, preprocessing.Channels))
            throw new InvalidOperationException(
                $"A vector of Single pixels is used as it is: it is {format.Height}×{format.Width}×{format.Channels}, and the network was told "
                + $"{preprocessing.Height}×{preprocessing.Width}×{preprocessing.Channels}. Leave ImageSize and Channels unset, "
                + "resize before, or give bytes.");
        if (augmentation is not null || views.Length > 1 || preprocessing.TestTime.Crops == EvaluationCrops.Dense)
            throw new InvalidOperationException(
                "A vector of Single pixels is used as it is and can be neither augmented nor cropped: give encoded images, MLImage or bytes.");
    }

    /// <summary>Decodes as the model scores: in its evaluation view, with those steps of its augmentation that are without chance.</summary>
    /// <param name="format">What the rows hold.</param>
    /// <param name="evaluationView">What the network wants, with as many views of an image as it says.</param>
    /// <param name="recipe">The augmentation that the network was trained with, or null.</param>
    /// <param name="channelsLast">Whether the values of a pixel lie side by side in the output.</param>
    public static ImageRowDecoder ForScoring(ImageColumnFormat format, ImagePreprocessing evaluationView, ImageAugmentation? recipe, bool channelsLast)
    {
        var steps = recipe is { HasStepsForScoring: true } ? new ImageAugmentation(recipe.Steps) : null;
        return new(format, evaluationView, channelsLast,
            [.. evaluationView.Views().Select(view => new View(view, Pipeline(steps, view)))], steps, seed: 0);
    }

    /// <summary>Decodes each image twice, as training has it: changed little, and behind that changed much.</summary>
    /// <param name="format">What the rows hold.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="channelsLast">Whether the values of a pixel lie side by side in the output.</param>
    /// <param name="weak">What happens to the first one; null: it is only brought to the network's size.</param>
    /// <param name="strong">What happens to the second one.</param>
    /// <param name="seed">Fixes what is random; each of both has draws of its own.</param>
    public static ImageRowDecoder ForPairs(ImageColumnFormat format, ImagePreprocessing preprocessing, bool channelsLast, AugmentationPipeline? weak,
        AugmentationPipeline strong, int seed) =>
        new(format, preprocessing, channelsLast, [new(preprocessing, weak), new(preprocessing, strong, StrongStream)], steps: null, seed);

    /// <summary>Whether the output is height × width × channels rather than channels × height × width.</summary>
    public bool ChannelsLast { get; }

    /// <summary>Views of one image that scoring looks at; 1 in training, or 2.</summary>
    public int Views => _views.Length;

    /// <summary>Values per view: channels × height × width.</summary>
    public int Length => _preprocessing.Channels * _preprocessing.Height * _preprocessing.Width;

    /// <summary>Whether an image takes less time than handing it to another thread.</summary>
    public bool IsCheap => IsCheapFor(_format, _preprocessing, isAugmented: _views is not [{ Augmentation: null }]);

    /// <summary>Whether an image takes less time than handing it to another thread.</summary>
    /// <param name="format">What the rows hold.</param>
    /// <param name="preprocessing">What the network wants.</param>
    /// <param name="isAugmented">Whether more happens to the images than being brought to size.</param>
    public static bool IsCheapFor(ImageColumnFormat format, ImagePreprocessing preprocessing, bool isAugmented) =>
        !format.Type.IsEncoded && preprocessing.Channels * preprocessing.Height * preprocessing.Width <= 16_384 && !isAugmented;

    /// <summary>Height × width × channels bytes of the network's size: everything but the normalization.</summary>
    /// <returns>False, with the row's <see cref="ImageRow.Defect"/> set, if the image cannot be used.</returns>
    public bool TryPreprocess(ImageRow row, Span<byte> destination) => Guarded(row, 0, destination, static (decoder, row, epoch, scratch, destination) =>
        decoder.BringToSize(decoder.Image(row, scratch), decoder._views[0], row, epoch, scratch, destination));

    /// <summary>The whole image in the row's content, made smaller if its short side is longer than the preprocessing's.</summary>
    /// <param name="row">The image; keeps the result.</param>
    /// <param name="room">Room for the image on its way.</param>
    /// <returns>False, with the row's <see cref="ImageRow.Defect"/> set, if the image cannot be used.</returns>
    public bool TryDecodeWhole(ImageRow row, PixelImage room) => Guarded<byte>(row, 0, default, (decoder, row, _, scratch, _) =>
    {
        var image = Image(row, scratch);
        var (width, height) = _preprocessing.ResizedSize(image.Width, image.Height);
        if (width < image.Width)
        {
            ImageResizer.Resize(image, room, width, height, _preprocessing.Interpolation);
            image = room;
        }
        if (ReferenceEquals(image, row.Content.Image))
            return;
        ChannelConverter.Convert(image, row.Content.ImageRoom(), image.Channels);
    });

    /// <summary>Normalized values, channels × height × width or <see cref="ChannelsLast"/>.</summary>
    /// <param name="row">The image.</param>
    /// <param name="epoch">Augmentation is random in it, the seed and the row.</param>
    /// <param name="destination">Takes <see cref="Length"/> values for each of the <see cref="Views"/>.</param>
    /// <returns>False, with the row's <see cref="ImageRow.Defect"/> set, if the image cannot be used.</returns>
    public bool TryDecode(ImageRow row, int epoch, Span<float> destination) =>
        Guarded(row, epoch, destination, static (decoder, row, epoch, scratch, destination) => decoder.Decode(row, epoch, scratch, destination));

    private void Decode(ImageRow row, int epoch, Scratch scratch, Span<float> destination)
    {
        if (_format.Type.IsUsedAsItIs)
        {
            _format.Type.Normalize(row.Content, _format, _preprocessing.Normalization, ChannelsLast, destination);
            return;
        }
        var bytes = scratch.BytesOfLength(Length);
        var image = Image(row, scratch, epoch);
        for (var view = 0; view < Views; view++)
        {
            BringToSize(image, _views[view], row, epoch, scratch, bytes);
            var floats = destination.Slice(view * Length, Length);
            if (ChannelsLast)
                _normalizer.FillInterleaved(bytes, floats);
            else
                _normalizer.FillPlanar(bytes, floats);
        }
    }

    /// <summary>The whole image, of its own proportions, in every size that scoring wants. Normalized values, height × width × channels.</summary>
    /// <param name="row">The image.</param>
    /// <param name="sizes">Take it, one for each of the preprocessing's sizes.</param>
    /// <returns>False, with the row's <see cref="ImageRow.Defect"/> set, if the image cannot be used.</returns>
    public bool TryDecodeSizes(ImageRow row, IReadOnlyList<WholeImage> sizes) => Guarded<byte>(row, 0, default, (decoder, row, epoch, scratch, _) =>
    {
        var image = Image(row, scratch);
        foreach (var (preprocessing, whole) in _preprocessing.Sizes().Select(size => _preprocessing.ForWhole(image.Width, image.Height, size)).Zip(sizes))
        {
            var bytes = scratch.BytesOfLength(preprocessing.ByteCount);
            BringToSize(image, new(preprocessing, Pipeline(_steps, preprocessing)), row, epoch, scratch, bytes);
            _normalizer.FillInterleaved(bytes, whole.Reset(preprocessing.Height, preprocessing.Width, preprocessing.Channels));
        }
    });

    private static AugmentationPipeline? Pipeline(ImageAugmentation? steps, ImagePreprocessing view) =>
        steps is null ? null : new(steps, view, scoring: true);

    private delegate void Work<T>(ImageRowDecoder decoder, ImageRow row, int epoch, Scratch scratch, Span<T> destination);

    private bool Guarded<T>(ImageRow row, int epoch, Span<T> destination, Work<T> work)
    {
        if (row.Defect is not null)
            return false;
        if (!_scratch.TryTake(out var scratch))
            scratch = new Scratch();
        try
        {
            work(this, row, epoch, scratch, destination);
            return true;
        }
        catch (ImageDecodingException e)
        {
            row.Defect = e.Message;
            return false;
        }
        finally
        {
            _scratch.Add(scratch);
        }
    }

    private void BringToSize(PixelImage image, View view, ImageRow row, int epoch, Scratch scratch, Span<byte> destination)
    {
        if (view.Augmentation is null)
        {
            view.Preprocessing.Apply(image, destination);
            return;
        }
        // The first streams belong to what happens to whole batches.
        var random = new AugmentationRandom(_seed, epoch, row.Id, row.Repetition == 0 ? view.Stream : (ulong)row.Repetition + LastBatchStream);
        view.Augmentation.Apply(image, scratch.Augmentation, ref random, destination);
    }

    // A JPEG of which the augmentation will take a large part only is decoded at a smaller scale.
    private DecodeOptions Decoding(ImageRow row, int? epoch) => epoch is { } known && _views is [{ Augmentation: { } augmentation }]
        ? augmentation.DecodeOptionsFor(new AugmentationRandom(_seed, known, row.Id))
        : _decoding;

    // Without an epoch, the image serves every epoch.
    private PixelImage Image(ImageRow row, Scratch scratch, int? epoch = null) =>
        _format.Type.Decode(row.Content, _format, scratch.Image, _format.Type.IsEncoded ? Decoding(row, epoch) : null);

    /// <summary>One way to look at an image; <c>Stream</c> tells its draws from those of another one.</summary>
    private sealed record View(ImagePreprocessing Preprocessing, AugmentationPipeline? Augmentation, ulong Stream = 0);

    /// <summary>What one thread needs for one image; used again for the next.</summary>
    private sealed class Scratch
    {
        private byte[] _bytes = [];

        public PixelImage Image { get; } = new();

        public AugmentationScratch Augmentation { get; } = new();

        public Span<byte> BytesOfLength(int length)
        {
            if (_bytes.Length < length)
                _bytes = GC.AllocateUninitializedArray<byte>(length);
            return _bytes.AsSpan(0, length);
        }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using Ml.Cnn.Transforms.Splits;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Features;

/// <summary>
/// One pass over images with what a layer of a network makes of each, computed in batches as <see cref="CnnFeaturesTransformer"/> does. Images that cannot be
/// read, and those of which the network makes numbers that are not finite, are passed over.
/// </summary>
internal sealed class FeatureReader : IDisposable
{
    private const string Column = "Ml.Cnn.Features";

    private readonly ImageFeaturizer _featurizer;
    private readonly DataViewRowCursor _cursor;
    private readonly ValueGetter<VBuffer<float>> _getFeatures;
    private readonly Action<ImageContent> _readImage;
    private readonly Func<string>? _readLabel;
    private VBuffer<float> _features;

    private FeatureReader(ImageFeaturizer featurizer, IDataView data, DataViewSchema.Column? label)
    {
        var featured = new ScoringDataView(data, featurizer);
        var (features, image) = (featured.Schema[Column], featured.Schema[featurizer.FeatureColumnName]);
        _featurizer = featurizer;
        Format = featurizer.Format(featured.Schema);
        DataViewSchema.Column[] columns = label is { } named ? [features, image, featured.Schema[named.Name]] : [features, image];
        _cursor = featured.GetRowCursorSet(columns, 1)[0]; // of a set: ML.NET reads ahead for a cursor on its own
        _getFeatures = _cursor.GetGetter<VBuffer<float>>(features);
        _readImage = Format.Type.OpenReader(_cursor, image);
        _readLabel = label is null ? null : LabelReader.Create(_cursor, columns[^1]);
    }

    /// <summary>The layer's name.</summary>
    public string Layer => _featurizer.Layer;

    /// <summary>Features of an image.</summary>
    public int Length => _featurizer.Length;

    /// <summary>What the column of images holds.</summary>
    public ImageColumnFormat Format { get; }

    /// <summary>The image's row in the data, from 0; −1 before the first.</summary>
    public int Row { get; private set; } = -1;

    /// <summary>The image's features, until the next image is read.</summary>
    public ReadOnlySpan<float> Features => _features.GetValues();

    /// <summary>The image's label; null where no column of labels is read.</summary>
    public string? Label => _readLabel?.Invoke();

    /// <summary>Starts before the first image.</summary>
    /// <param name="model">The network.</param>
    /// <param name="data">Images in the column that the network reads.</param>
    /// <param name="layer">The layer's name; null: the one before the head.</param>
    /// <param name="pool">Whether feature maps are averaged; null: those before the head alone.</param>
    /// <param name="allViews">Whether features are those of all views that the model scores, averaged; if not, of the middle.</param>
    /// <param name="label">A column of labels.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column of images is missing or of another type.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static FeatureReader Open(CnnTransformer model, IDataView data, string? layer = null, bool? pool = null, bool allViews = true,
        DataViewSchema.Column? label = null)
    {
        var description = model.Scorer.Model with { OnBadImage = BadImageHandling.Skip };
        if (!allViews)
            description = description with { Preprocessing = description.Preprocessing with { TestTime = TestTimeAugmentation.None } };
        var featurizer = ImageFeaturizer.Of(model.Scorer.For(description), Column, layer, pool);
        try
        {
            return new(featurizer, data, label);
        }
        catch
        {
            featurizer.Dispose();
            throw;
        }
    }

    /// <summary>Goes on to the next image that can be read.</summary>
    /// <returns>False behind the last.</returns>
    public bool MoveNext()
    {
        while (_cursor.MoveNext())
        {
            Row++;
            _getFeatures(ref _features);
            if (float.IsFinite(TensorPrimitives.MaxMagnitude(Features))) // NaN if any is NaN
                return true;
        }
        return false;
    }

    /// <summary>The image by itself, upright, RGBA.</summary>
    public PixelImage Image()
    {
        var (content, rgba) = (new ImageContent(), new PixelImage());
        _readImage(content);
        ChannelConverter.Convert(Format.Type.Decode(content, Format, new PixelImage(), new() { Channels = 4 }), rgba, 4);
        return rgba;
    }

    /// <summary>The features of an image that is not in the data.</summary>
    /// <param name="row">The image.</param>
    /// <param name="format">How the row holds it.</param>
    /// <exception cref="ImageDecodingException">The image cannot be used, or the network makes of it numbers that are not finite.</exception>
    public float[] Of(ImageRow row, ImageColumnFormat format)
    {
        var features = new float[Length];
        using var inputs = _featurizer.NewInputs();
        inputs.Reserve(1);
        inputs.Decode(row, _featurizer.Decoder(format), place: 0);
        if (row.Defect is { } defect)
            throw new ImageDecodingException(defect);
        _featurizer.Compute(inputs, features);
        return float.IsFinite(TensorPrimitives.MaxMagnitude<float>(features)) ? features
            : throw new ImageDecodingException($"The layer '{Layer}' makes of the image numbers that are not finite.");
    }

    /// <summary>All that follow, with their rows.</summary>
    /// <param name="each">Is told of each image.</param>
    /// <param name="cancellation">Looked at before every image.</param>
    public FeatureTable ReadAll(Action each, CancellationToken cancellation = default)
    {
        List<float> values = [];
        while (MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            values.AddRange(Features);
            each();
        }
        return new([.. values], Length);
    }

    /// <summary>Ends the pass, and gives the network's memory up.</summary>
    public void Dispose()
    {
        _cursor.Dispose();
        _featurizer.Dispose();
    }
}

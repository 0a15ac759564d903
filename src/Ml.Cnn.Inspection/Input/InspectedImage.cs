using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Input;

/// <summary>An image as the network sees it: the views that scoring looks at, and where each lies in the image.</summary>
internal sealed class InspectedImage
{
    private readonly float[] _pixels; // views × channels × height × width
    private readonly long[] _shape; // of one view as a batch

    private InspectedImage(float[] pixels, long[] shape, IReadOnlyList<ViewPlace> places) => (_pixels, _shape, Places) = (pixels, shape, places);

    /// <summary>Where each view lies.</summary>
    public IReadOnlyList<ViewPlace> Places { get; }

    /// <summary>Makes the views as scoring does.</summary>
    /// <param name="photo">The image.</param>
    /// <param name="model">What the network wants.</param>
    /// <param name="allViews">Whether all are made that the model scores; if not, the middle.</param>
    /// <exception cref="ImageDecodingException">The image cannot be used.</exception>
    public static InspectedImage Of(InspectedPhoto photo, CnnModel model, bool allViews)
    {
        var preprocessing = model.Preprocessing with { TestTime = TestTime(model.Preprocessing.TestTime, allViews) };
        var decoder = ImageRowDecoder.ForScoring(photo.Format, preprocessing, model.Augmentation, channelsLast: false);
        var pixels = new float[decoder.Views * decoder.Length];
        if (!decoder.TryDecode(photo.Row, epoch: 0, pixels))
            throw new ImageDecodingException(photo.Row.Defect!);
        var places = preprocessing.Views().Select(view => ViewPlace.Of(view, photo.Pixels.Width, photo.Pixels.Height));
        return new(pixels, [1, preprocessing.Channels, preprocessing.Height, preprocessing.Width], [.. places]);
    }

    /// <summary>A view as a batch of one, normalized: 1 × channels × height × width. The caller's to dispose.</summary>
    public Tensor View(int number, Device device)
    {
        var length = _pixels.Length / Places.Count;
        using var flat = tensor(_pixels.AsSpan(number * length, length).ToArray());
        using var view = flat.reshape(_shape);
        return view.to(device, copy: true);
    }

    // A layer has no output everywhere, as dense evaluation would want it.
    private static TestTimeAugmentation TestTime(TestTimeAugmentation asSaved, bool allViews) => !allViews ? TestTimeAugmentation.None
        : asSaved.Crops == EvaluationCrops.Dense ? asSaved with { Crops = EvaluationCrops.Center }
        : asSaved;
}

using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>A network that serves requests. It goes when the predictor has another one and the last request that took it is done.</summary>
internal sealed class PredictionModel
{
    private static readonly DecodeOptions s_withAlpha = new() { Channels = 4 };

    private readonly InputDecoder _images; // MLImages and pixels, which are there already
    private int _users = 1;

    /// <param name="network">Disposed with the last user.</param>
    public PredictionModel(CnnClassifier network)
    {
        Network = network;
        Mapper = network.Scorer;
        Files = Mapper.Decoder(new(ImageColumnTypes.Encoded));
        _images = Mapper.Decoder(new(ImageColumnTypes.MLImages));
    }

    /// <summary>Computes.</summary>
    public ImageScorer Mapper { get; }

    /// <summary>Decodes image files.</summary>
    public InputDecoder Files { get; }

    public IReadOnlyList<string> ClassNames => Network.ClassNames;

    public CnnClassifier Network { get; }

    /// <summary>Keeps the model for a request.</summary>
    /// <returns>False if it is gone: the predictor has another one.</returns>
    public bool TryUse()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
        return false;
    }

    /// <summary>A request is done, or the predictor has another model.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            Network.Dispose();
    }

    /// <summary>Decodes an image file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="inputs">Takes it.</param>
    /// <returns>What is wrong with the image; null if nothing.</returns>
    public string? Decode(ReadOnlySpan<byte> bytes, NetworkInputs inputs)
    {
        bytes.CopyTo(inputs.Row.Content.Room<byte>(bytes.Length));
        return Decode(Files, inputs);
    }

    /// <summary>The same for an image of ML.NET's.</summary>
    public string? Decode(MLImage image, NetworkInputs inputs)
    {
        try
        {
            ImageDecoder.Convert(image, inputs.Row.Content.ImageRoom(), s_withAlpha);
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            return e.GetBaseException().Message;
        }
        return Decode(_images, inputs);
    }

    /// <summary>The same for pixels from 0 to 255, height × width × channels.</summary>
    public string? Decode(ReadOnlySpan<byte> values, int width, int height, int channels, NetworkInputs inputs)
    {
        var room = inputs.Row.Content.ImageRoom();
        room.Reset(width, height, channels);
        values.CopyTo(room.Pixels);
        return Decode(_images, inputs);
    }

    /// <summary>The most probable classes, best first.</summary>
    /// <param name="scores">The probability of each class.</param>
    /// <param name="count">How many at most.</param>
    /// <exception cref="InvalidOperationException">A score is NaN or infinite.</exception>
    public CnnClassProbability[] Best(ReadOnlySpan<float> scores, int count)
    {
        var best = new CnnClassProbability[Math.Min(count, scores.Length)];
        var found = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i]))
                throw new InvalidOperationException($"The output of {Network.Name} is NaN or infinite. The weights are damaged.");
            if (found == best.Length && scores[i] <= best[^1].Probability)
                continue;
            var place = found < best.Length ? found++ : found - 1;
            for (; place > 0 && best[place - 1].Probability < scores[i]; place--)
                best[place] = best[place - 1];
            best[place] = new(ClassNames[i], scores[i]);
        }
        return best;
    }

    /// <summary>
    /// The classes that hold the right one with the model's <see cref="CnnCalibration.Coverage"/>, best first; null where it has no such sets.
    /// </summary>
    /// <param name="scores">The probability of each class.</param>
    public CnnClassProbability[]? Set(ReadOnlySpan<float> scores)
    {
        if (Network.Calibration is not { SetThreshold: not null } calibration)
            return null;
        var places = PredictionSets.Of(scores, calibration);
        var set = new CnnClassProbability[places.Length];
        for (var i = 0; i < set.Length; i++)
            set[i] = new(ClassNames[places[i]], scores[places[i]]);
        return set;
    }

    private static string? Decode(InputDecoder decoder, NetworkInputs inputs)
    {
        inputs.Row.Defect = null;
        inputs.Decode(inputs.Row, decoder, place: 0);
        return inputs.Row.Defect;
    }
}

using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>A network that serves requests. It goes when the predictor has another one and the last request that took it is done.</summary>
internal sealed class PredictionModel
{
    private static readonly DecodeOptions s_withAlpha = new() { Channels = 4 };

    private readonly ImageRowDecoder _images; // MLImages and pixels, which are there already
    private int _users = 1;

    /// <param name="network">Disposed with the last user.</param>
    public PredictionModel(CnnTransformer network)
    {
        Network = network;
        Mapper = network.Scorer;
        Files = Mapper.Decoder(new(ImageColumnTypes.Encoded));
        _images = Mapper.Decoder(new(ImageColumnTypes.MLImages));
    }

    /// <summary>Computes.</summary>
    public ImageScorer Mapper { get; }

    /// <summary>Decodes image files.</summary>
    public ImageRowDecoder Files { get; }

    /// <summary>Images that the network computes for one image: several crops.</summary>
    public int Views => Files.Views;

    public IReadOnlyList<string> ClassNames => Network.ClassNames;

    public CnnTransformer Network { get; }

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
    /// <param name="row">Room for it.</param>
    /// <param name="pixels">Takes the network's input, every view of it.</param>
    /// <returns>What is wrong with the image; null if nothing.</returns>
    public string? Decode(ReadOnlySpan<byte> bytes, ImageRow row, Span<float> pixels)
    {
        bytes.CopyTo(row.Content.Room<byte>(bytes.Length));
        return Decode(Files, row, pixels);
    }

    /// <summary>The same for an image of ML.NET's.</summary>
    public string? Decode(MLImage image, ImageRow row, Span<float> pixels)
    {
        try
        {
            ImageDecoder.Convert(image, row.Content.ImageRoom(), s_withAlpha);
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            return e.GetBaseException().Message;
        }
        return Decode(_images, row, pixels);
    }

    /// <summary>The same for pixels from 0 to 255, height × width × channels.</summary>
    public string? Decode(ReadOnlySpan<byte> values, int width, int height, int channels, ImageRow row, Span<float> pixels)
    {
        var room = row.Content.ImageRoom();
        room.Reset(width, height, channels);
        values.CopyTo(room.Pixels);
        return Decode(_images, row, pixels);
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
                throw new InvalidOperationException($"The output of {Network.Architecture.Name} is NaN or infinite. The weights are damaged.");
            if (found == best.Length && scores[i] <= best[^1].Probability)
                continue;
            var place = found < best.Length ? found++ : found - 1;
            for (; place > 0 && best[place - 1].Probability < scores[i]; place--)
                best[place] = best[place - 1];
            best[place] = new(ClassNames[i], scores[i]);
        }
        return best;
    }

    private static string? Decode(ImageRowDecoder decoder, ImageRow row, Span<float> pixels)
    {
        row.Defect = null;
        return decoder.TryDecode(row, epoch: 0, pixels) ? null : row.Defect;
    }
}

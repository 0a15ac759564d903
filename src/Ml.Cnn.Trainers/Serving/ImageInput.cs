using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>An image as a request brings it.</summary>
internal interface IImageInput
{
    /// <summary>Brings the image to the networks' inputs.</summary>
    /// <param name="model">Decodes it.</param>
    /// <param name="inputs">Takes it.</param>
    /// <returns>What is wrong with the image; null if nothing.</returns>
    string? Decode(PredictionModel model, NetworkInputs inputs);
}

/// <summary>An image file's bytes.</summary>
internal readonly ref struct FileInput(ReadOnlySpan<byte> bytes) : IImageInput
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public string? Decode(PredictionModel model, NetworkInputs inputs) => model.Decode(_bytes, inputs);
}

/// <summary>An image of ML.NET's.</summary>
internal readonly struct MLImageInput(MLImage image) : IImageInput
{
    public string? Decode(PredictionModel model, NetworkInputs inputs) => model.Decode(image, inputs);
}

/// <summary>Pixels from 0 to 255, height × width × channels.</summary>
internal readonly ref struct PixelInput(ReadOnlySpan<byte> values, int width, int height, int channels) : IImageInput
{
    private readonly ReadOnlySpan<byte> _values = values;

    public string? Decode(PredictionModel model, NetworkInputs inputs) => model.Decode(_values, width, height, channels, inputs);
}

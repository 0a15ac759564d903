using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>An image as a request brings it.</summary>
internal interface IImageInput
{
    /// <summary>Brings the image to the network's input.</summary>
    /// <param name="model">Decodes it.</param>
    /// <param name="row">Room for it.</param>
    /// <param name="pixels">Takes the network's input, every view of it.</param>
    /// <returns>What is wrong with the image; null if nothing.</returns>
    string? Decode(PredictionModel model, ImageRow row, Span<float> pixels);
}

/// <summary>An image file's bytes.</summary>
internal readonly ref struct FileInput(ReadOnlySpan<byte> bytes) : IImageInput
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public string? Decode(PredictionModel model, ImageRow row, Span<float> pixels) => model.Decode(_bytes, row, pixels);
}

/// <summary>An image of ML.NET's.</summary>
internal readonly struct MLImageInput(MLImage image) : IImageInput
{
    public string? Decode(PredictionModel model, ImageRow row, Span<float> pixels) => model.Decode(image, row, pixels);
}

/// <summary>Pixels from 0 to 255, height × width × channels.</summary>
internal readonly ref struct PixelInput(ReadOnlySpan<byte> values, int width, int height, int channels) : IImageInput
{
    private readonly ReadOnlySpan<byte> _values = values;

    public string? Decode(PredictionModel model, ImageRow row, Span<float> pixels) => model.Decode(_values, width, height, channels, row, pixels);
}

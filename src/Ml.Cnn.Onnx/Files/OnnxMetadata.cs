using System.Text;
using System.Text.Json;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Persistence;

namespace Ml.Cnn.Onnx.Files;

/// <summary>What a file's metadata say of the network: model.json, as the export wrote it.</summary>
/// <param name="Model">All that is known of the trained model.</param>
internal sealed record OnnxMetadata(CnnModel Model)
{
    private const string Entry = "model.json";

    /// <summary>Reads the metadata.</summary>
    /// <param name="name">What the file is called in messages.</param>
    /// <param name="entries">The file's metadata.</param>
    /// <exception cref="ArgumentException">There is no model.json among them.</exception>
    /// <exception cref="FormatException">It is damaged, or of a newer format.</exception>
    public static OnnxMetadata Of(string name, IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.TryGetValue(Entry, out var text))
        {
            throw new ArgumentException($"{name} says nothing of its classes and of how images come to the network: its metadata have no {Entry}, which this "
                + "library writes. To serve a network of another program, make a model of it, mlContext.Model.ImportCnn(OnnxNetwork.Load(…)) in the package "
                + "Ml.Cnn.OnnxConverter, and export that.", nameof(entries));
        }
        return new(Parse($"{name}: its {Entry}", Encoding.UTF8.GetBytes(text), out _));
    }

    /// <summary>The model that model.json tells of.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="text">model.json.</param>
    /// <param name="weights">Where it says that the weights are; null where it says nothing of them.</param>
    /// <exception cref="FormatException">It is damaged, or of a newer format.</exception>
    public static CnnModel Parse(string name, ReadOnlySpan<byte> text, out CnnModelJson.WeightsJson? weights)
    {
        try
        {
            var json = CnnModelJson.Parse(text);
            if (CnnModelDescription.WhyTooNew(json) is { } reason)
                throw new FormatException(reason);
            weights = json.Weights;
            return CnnModelDescription.Read(json, CnnModelDescription.Named);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException or OverflowException)
        {
            throw new FormatException($"{name} cannot be read: {e.Message}", e);
        }
    }
}

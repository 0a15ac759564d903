using Ml.Cnn.Trainers.Graph;

namespace Ml.Cnn.Inspection.Network;

/// <summary>What a layer made of one image.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Layers">How many the network has.</param>
/// <param name="Values">Its output.</param>
internal sealed record LayerReading(GraphNode Layer, int Layers, float[] Values)
{
    /// <summary>The output as maps: channels, height and width; a row of numbers is as many channels of 1 × 1.</summary>
    /// <exception cref="ArgumentException">The output has more dimensions.</exception>
    public (int Channels, int Height, int Width) Maps => Layer.Shape.PerImage switch
    {
        [var length] => (length, 1, 1),
        [var height, var width] => (1, height, width),
        [var channels, var height, var width] => (channels, height, width),
        var more => throw new ArgumentException($"The layer '{Layer.Name}' gives {string.Join(" × ", more)} numbers, which are no maps."),
    };
}

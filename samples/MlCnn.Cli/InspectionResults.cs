namespace MlCnn.Cli;

/// <summary>mlcnn inspect kernels --json.</summary>
/// <param name="Layer">The convolution.</param>
/// <param name="Filters">How many filters it has.</param>
/// <param name="FilterShape">Channels, height and width of each.</param>
/// <param name="IsColor">Whether they look at the colors of images.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record KernelsResult(string Layer, int Filters, IReadOnlyList<int> FilterShape, bool IsColor, string File);

/// <summary>mlcnn inspect features --json.</summary>
/// <param name="Layers">The layers in their order.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record FeaturesResult(IReadOnlyList<FeatureEntry> Layers, string File);

/// <summary>A layer's responses.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Position">Its place in the order in which an image passes the layers, from 1.</param>
/// <param name="Shape">Channels, height and width.</param>
internal sealed record FeatureEntry(string Layer, string Kind, int Position, IReadOnlyList<int> Shape);

/// <summary>mlcnn inspect heatmap --json.</summary>
/// <param name="Label">The class.</param>
/// <param name="Probability">What the model gives it.</param>
/// <param name="Method">As --method takes it.</param>
/// <param name="Layer">The layer that was looked at; null where the method takes none.</param>
/// <param name="LayerShape">Its output's channels, height and width.</param>
/// <param name="Place">The part of the image that the network saw, in its pixels: left, top, width, height.</param>
/// <param name="Peak">What red stands for in the method's own units; 0 where nothing speaks for the class.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record HeatMapResult(string Label, float Probability, string Method, string? Layer, IReadOnlyList<int>? LayerShape,
    IReadOnlyList<float> Place, float Peak, string File);

/// <summary>mlcnn inspect methods --json.</summary>
/// <param name="Images">How many were looked at.</param>
/// <param name="Methods">Every method, and last drawn maps.</param>
internal sealed record MethodsResult(int Images, IReadOnlyList<MethodEntry> Methods);

/// <summary>How well a heat map method does: means over the images.</summary>
/// <param name="Method">As --method takes it, or "random".</param>
/// <param name="Insertion">The area below the curve of insertion, 0 to 1: the higher, the better.</param>
/// <param name="Deletion">The area below the curve of deletion, 0 to 1: the lower, the better.</param>
/// <param name="BetterThanRandom">The share of images on which insertion less deletion is above a drawn map's; null for drawn maps.</param>
/// <param name="Seconds">What a map takes.</param>
internal sealed record MethodEntry(string Method, double Insertion, double Deletion, double? BetterThanRandom, double Seconds);

/// <summary>mlcnn inspect maximal --json.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Channel">The channel, from 0.</param>
/// <param name="Scored">How many images were looked at.</param>
/// <param name="Images">The images, the largest response first.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record MaximalResult(string Layer, int Channel, long Scored, IReadOnlyList<MaximalEntry> Images, string File);

/// <summary>An image that excites a channel.</summary>
/// <param name="Row">Its place in the data, from 0.</param>
/// <param name="Response">The channel's largest response to it.</param>
/// <param name="Place">The part that excites the channel, in pixels of the image: left, top, width, height.</param>
internal sealed record MaximalEntry(long Row, float Response, IReadOnlyList<float> Place);

/// <summary>mlcnn inspect dream --json.</summary>
/// <param name="Images">What was made.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record DreamResult(IReadOnlyList<DreamEntry> Images, string File);

/// <summary>An image that was made to excite a class or a channel.</summary>
/// <param name="Label">The class; null where it is a layer's channel.</param>
/// <param name="Probability">What the model gives the class for the image.</param>
/// <param name="Layer">The layer; null where it is a class.</param>
/// <param name="Channel">The channel, from 0, or the class's place among the scores.</param>
/// <param name="FirstResponse">The channel's mean response to what was begun with, or the class's logit.</param>
/// <param name="Response">The same for the image.</param>
internal sealed record DreamEntry(string? Label, float? Probability, string? Layer, int Channel, double FirstResponse, double Response);

/// <summary>mlcnn inspect embed --json.</summary>
/// <param name="Layer">The layer whose output places the images.</param>
/// <param name="Features">How many features an image has.</param>
/// <param name="FirstShare">The share of the features' variance along x, 0 to 1.</param>
/// <param name="SecondShare">The share of the features' variance along y, 0 to 1.</param>
/// <param name="Images">The images that could be read, in their order.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record EmbedResult(string Layer, int Features, double FirstShare, double SecondShare, IReadOnlyList<EmbedEntry> Images, string File);

/// <summary>An image in the plane.</summary>
/// <param name="Row">Its place in the data, from 0.</param>
/// <param name="Label">Its class; null where the data has none.</param>
/// <param name="X">The first principal component.</param>
/// <param name="Y">The second principal component.</param>
internal sealed record EmbedEntry(int Row, string? Label, double X, double Y);

/// <summary>mlcnn inspect neighbors --json.</summary>
/// <param name="Layer">The layer whose output was compared.</param>
/// <param name="Scored">How many images were looked at.</param>
/// <param name="Images">The images, the nearest first.</param>
/// <param name="File">The picture, as the command line gave it.</param>
internal sealed record NeighborsResult(string Layer, long Scored, IReadOnlyList<NeighborEntry> Images, string File);

/// <summary>An image that is like another.</summary>
/// <param name="Row">Its place in the data, from 0.</param>
/// <param name="Similarity">The cosine of the angle between the features of both.</param>
/// <param name="Size">Width and height in pixels.</param>
internal sealed record NeighborEntry(long Row, float Similarity, IReadOnlyList<int> Size);

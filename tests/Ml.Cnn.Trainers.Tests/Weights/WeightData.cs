using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>The files that TestData/generate_weights.py made, and what is in them.</summary>
internal static class WeightData
{
    private static string Folder => Path.Join(AppContext.BaseDirectory, "TestData");

    public static string Find(string name) => Path.Join(Folder, $"weights-{name}.pth");

    public static byte[] Bytes(string name) => File.ReadAllBytes(Find(name));

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "weights-*.pth")
        .Select(path => Path.GetFileNameWithoutExtension(path)["weights-".Length..]).Order(StringComparer.Ordinal);

    /// <summary>Element i is i / 4 − 2, as the script's <c>values</c>.</summary>
    public static Tensor Values(ScalarType type, params long[] shape) =>
        (arange(shape.Aggregate(1L, (a, b) => a * b), float64) / 4 - 2).reshape(shape).to(type);

    /// <summary>The script's <c>state()</c>, in its order.</summary>
    public static (string Name, Tensor Tensor)[] State() =>
    [
        ("conv.weight", Values(float32, 2, 3, 2, 2)),
        ("conv.bias", Values(float32, 2)),
        ("scale", Values(float32)),
        ("empty", Values(float32, 0, 3)),
        ("count", tensor(7L)),
    ];
}

using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.Formats;

/// <summary>The element types of the safetensors format that torch has too.</summary>
internal static class ElementTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] All =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static (string Name, int Size) Of(ScalarType type) =>
        Array.Find(All, entry => entry.Type == type) is { Name: not null } found
            ? (found.Name, found.Size)
            : throw new ArgumentException($"The safetensors format has no element type for {type}.", nameof(type));

    public static bool TryFind(string name, out ScalarType type, out int size)
    {
        (var found, type, size) = Array.Find(All, entry => entry.Name == name);
        return found is not null;
    }
}

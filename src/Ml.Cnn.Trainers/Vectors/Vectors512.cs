using System.Runtime.Intrinsics;

namespace Ml.Cnn.Trainers.Vectors;

/// <summary>Sixteen numbers: AVX-512.</summary>
internal readonly unsafe struct Vectors512 : IVectors<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    public static bool HasManyRegisters => true;

    public static Vector512<float> Create(float number) => Vector512.Create(number);

    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    public static void Store(Vector512<float> vector, float* to) => vector.Store(to);

    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    // The second operand is what x64's instructions give where one is NaN.
    public static Vector512<float> AtLeast(Vector512<float> least, Vector512<float> number) => Vector512.MaxNative(least, number);

    public static Vector512<float> AtMost(Vector512<float> most, Vector512<float> number) => Vector512.MinNative(most, number);

    public static Vector512<float> Maximum(Vector512<float> left, Vector512<float> right) => Vector512.Max(left, right);

    public static Vector512<float> TwoToThe(Vector512<float> whole) =>
        ((Vector512.ConvertToInt32Native(whole) + Vector512.Create(127)) << 23).AsSingle();

    public static Vector512<float> Inside(Vector512<float> number, Vector512<float> least, Vector512<float> most, Vector512<float> value)
    {
        value = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(number, least), Vector512<float>.Zero, value);
        return Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(number, most), Vector512<float>.Zero, value);
    }

    public static Vector512<float> LoadEven(ushort* from) => (Vector512.Load((uint*)from) << 16).AsSingle();

    public static Vector512<float> LoadOdd(ushort* from) => (Vector512.Load((uint*)from) & Vector512.Create(0xFFFF0000)).AsSingle();

    public static void Store(Vector512<float> even, Vector512<float> odd, ushort* to) =>
        ((Rounded(even) >>> 16) | (Rounded(odd) & Vector512.Create(0xFFFF0000))).Store((uint*)to);

    // A NaN must not be carried into infinity.
    private static Vector512<uint> Rounded(Vector512<float> number)
    {
        var bits = number.AsUInt32();
        var rounded = bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.Equals(number, number).AsUInt32(), rounded, bits | Vector512.Create(0x400000u));
    }
}

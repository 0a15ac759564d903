using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ml.Cnn.Trainers.Vectors;

/// <summary>Eight numbers: AVX2, with the further registers of AVX-512 where it is there.</summary>
internal readonly unsafe struct Vectors256 : IVectors<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;

    public static bool HasManyRegisters => Avx512F.VL.IsSupported;

    public static Vector256<float> Create(float number) => Vector256.Create(number);

    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    public static void Store(Vector256<float> vector, float* to) => vector.Store(to);

    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    // The second operand is what x64's instructions give where one is NaN.
    public static Vector256<float> AtLeast(Vector256<float> least, Vector256<float> number) => Vector256.MaxNative(least, number);

    public static Vector256<float> AtMost(Vector256<float> most, Vector256<float> number) => Vector256.MinNative(most, number);

    public static Vector256<float> Maximum(Vector256<float> left, Vector256<float> right) => Vector256.Max(left, right);

    public static Vector256<float> TwoToThe(Vector256<float> whole) =>
        ((Vector256.ConvertToInt32Native(whole) + Vector256.Create(127)) << 23).AsSingle();

    public static Vector256<float> Inside(Vector256<float> number, Vector256<float> least, Vector256<float> most, Vector256<float> value)
    {
        value = Vector256.ConditionalSelect(Vector256.LessThanOrEqual(number, least), Vector256<float>.Zero, value);
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(number, most), Vector256<float>.Zero, value);
    }

    public static Vector256<float> LoadEven(ushort* from) => (Vector256.Load((uint*)from) << 16).AsSingle();

    public static Vector256<float> LoadOdd(ushort* from) => (Vector256.Load((uint*)from) & Vector256.Create(0xFFFF0000)).AsSingle();

    public static void Store(Vector256<float> even, Vector256<float> odd, ushort* to) =>
        ((Rounded(even) >>> 16) | (Rounded(odd) & Vector256.Create(0xFFFF0000))).Store((uint*)to);

    // A NaN must not be carried into infinity.
    private static Vector256<uint> Rounded(Vector256<float> number)
    {
        var bits = number.AsUInt32();
        var rounded = bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256<uint>.One);
        return Vector256.ConditionalSelect(Vector256.Equals(number, number).AsUInt32(), rounded, bits | Vector256.Create(0x400000u));
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Ml.Cnn.Trainers.Vectors;

/// <summary>Four numbers: any processor.</summary>
internal readonly unsafe struct Vectors128 : IVectors<Vector128<float>>
{
    public static int Count => Vector128<float>.Count;

    public static bool HasManyRegisters => AdvSimd.Arm64.IsSupported || Avx512F.VL.IsSupported;

    public static Vector128<float> Create(float number) => Vector128.Create(number);

    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    public static void Store(Vector128<float> vector, float* to) => vector.Store(to);

    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.MultiplyAddEstimate(left, right, addend);

    // The second operand is what x64's instructions give where one is NaN.
    public static Vector128<float> AtLeast(Vector128<float> least, Vector128<float> number) => Vector128.MaxNative(least, number);

    public static Vector128<float> AtMost(Vector128<float> most, Vector128<float> number) => Vector128.MinNative(most, number);

    public static Vector128<float> Maximum(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    public static Vector128<float> TwoToThe(Vector128<float> whole) =>
        ((Vector128.ConvertToInt32Native(whole) + Vector128.Create(127)) << 23).AsSingle();

    public static Vector128<float> Inside(Vector128<float> number, Vector128<float> least, Vector128<float> most, Vector128<float> value)
    {
        value = Vector128.ConditionalSelect(Vector128.LessThanOrEqual(number, least), Vector128<float>.Zero, value);
        return Vector128.ConditionalSelect(Vector128.GreaterThanOrEqual(number, most), Vector128<float>.Zero, value);
    }

    public static Vector128<float> LoadEven(ushort* from) => (Vector128.Load((uint*)from) << 16).AsSingle();

    public static Vector128<float> LoadOdd(ushort* from) => (Vector128.Load((uint*)from) & Vector128.Create(0xFFFF0000)).AsSingle();

    public static void Store(Vector128<float> even, Vector128<float> odd, ushort* to) =>
        ((Rounded(even) >>> 16) | (Rounded(odd) & Vector128.Create(0xFFFF0000))).Store((uint*)to);

    // A NaN must not be carried into infinity.
    private static Vector128<uint> Rounded(Vector128<float> number)
    {
        var bits = number.AsUInt32();
        var rounded = bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128<uint>.One);
        return Vector128.ConditionalSelect(Vector128.Equals(number, number).AsUInt32(), rounded, bits | Vector128.Create(0x400000u));
    }
}

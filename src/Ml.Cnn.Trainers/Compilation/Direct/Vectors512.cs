using System.Runtime.Intrinsics;

namespace Ml.Cnn.Trainers.Compilation.Direct;

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
}

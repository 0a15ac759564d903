using System.Runtime.Intrinsics;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>
/// Sums of products for a few positions and a block of filters at once, in registers: each weight that is loaded serves several positions, each number of
/// the input several filters (Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication", section 4).
/// </summary>
/// <remarks>
/// A block of weights is rows × length × (filters of the block); x[position] points to the position's first number, and a row of it is length numbers side by
/// side. Results are not less than the floor, which is 0 for ReLU. Every kernel adds in the same order, so that an image's scores do not depend on its
/// neighbors in a batch.
/// </remarks>
internal static unsafe class DirectKernels
{
    /// <summary>Six positions and sixteen filters.</summary>
    public static void SixBySixteen(float* input, int* positions, int rows, int length, int rowStride, float* weights, float* bias, float floor,
        float* output, int outputStride)
    {
        float* x0 = input + positions[0], x1 = input + positions[1], x2 = input + positions[2];
        float* x3 = input + positions[3], x4 = input + positions[4], x5 = input + positions[5];
        Vector256<float> a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5;
        a0 = a1 = a2 = a3 = a4 = a5 = Vector256.Load(bias);
        b0 = b1 = b2 = b3 = b4 = b5 = Vector256.Load(bias + 8);
        var skip = rowStride - length;
        for (; rows > 0; rows--)
        {
            for (var end = x0 + length; x0 < end; x0++, x1++, x2++, x3++, x4++, x5++, weights += 16)
            {
                var (left, right) = (Vector256.Load(weights), Vector256.Load(weights + 8));
                var x = Vector256.Create(*x0);
                a0 = Vector256.FusedMultiplyAdd(x, left, a0);
                b0 = Vector256.FusedMultiplyAdd(x, right, b0);
                x = Vector256.Create(*x1);
                a1 = Vector256.FusedMultiplyAdd(x, left, a1);
                b1 = Vector256.FusedMultiplyAdd(x, right, b1);
                x = Vector256.Create(*x2);
                a2 = Vector256.FusedMultiplyAdd(x, left, a2);
                b2 = Vector256.FusedMultiplyAdd(x, right, b2);
                x = Vector256.Create(*x3);
                a3 = Vector256.FusedMultiplyAdd(x, left, a3);
                b3 = Vector256.FusedMultiplyAdd(x, right, b3);
                x = Vector256.Create(*x4);
                a4 = Vector256.FusedMultiplyAdd(x, left, a4);
                b4 = Vector256.FusedMultiplyAdd(x, right, b4);
                x = Vector256.Create(*x5);
                a5 = Vector256.FusedMultiplyAdd(x, left, a5);
                b5 = Vector256.FusedMultiplyAdd(x, right, b5);
            }
            x0 += skip;
            x1 += skip;
            x2 += skip;
            x3 += skip;
            x4 += skip;
            x5 += skip;
        }
        var least = Vector256.Create(floor);
        Store(a0, b0, least, output);
        Store(a1, b1, least, output + outputStride);
        Store(a2, b2, least, output + 2 * outputStride);
        Store(a3, b3, least, output + 3 * outputStride);
        Store(a4, b4, least, output + 4 * outputStride);
        Store(a5, b5, least, output + 5 * outputStride);
    }

    /// <summary>Eight positions and eight filters.</summary>
    public static void EightByEight(float* input, int* positions, int rows, int length, int rowStride, float* weights, float* bias, float floor,
        float* output, int outputStride)
    {
        float* x0 = input + positions[0], x1 = input + positions[1], x2 = input + positions[2], x3 = input + positions[3];
        float* x4 = input + positions[4], x5 = input + positions[5], x6 = input + positions[6], x7 = input + positions[7];
        Vector256<float> a0, a1, a2, a3, a4, a5, a6, a7;
        a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = Vector256.Load(bias);
        var offset = 0;
        for (; rows > 0; rows--, offset += rowStride - length)
        {
            for (var end = offset + length; offset < end; offset++, weights += 8)
            {
                var filters = Vector256.Load(weights);
                a0 = Vector256.FusedMultiplyAdd(Vector256.Create(x0[offset]), filters, a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.Create(x1[offset]), filters, a1);
                a2 = Vector256.FusedMultiplyAdd(Vector256.Create(x2[offset]), filters, a2);
                a3 = Vector256.FusedMultiplyAdd(Vector256.Create(x3[offset]), filters, a3);
                a4 = Vector256.FusedMultiplyAdd(Vector256.Create(x4[offset]), filters, a4);
                a5 = Vector256.FusedMultiplyAdd(Vector256.Create(x5[offset]), filters, a5);
                a6 = Vector256.FusedMultiplyAdd(Vector256.Create(x6[offset]), filters, a6);
                a7 = Vector256.FusedMultiplyAdd(Vector256.Create(x7[offset]), filters, a7);
            }
        }
        var least = Vector256.Create(floor);
        Vector256.MaxNative(least, a0).Store(output);
        Vector256.MaxNative(least, a1).Store(output + outputStride);
        Vector256.MaxNative(least, a2).Store(output + 2 * outputStride);
        Vector256.MaxNative(least, a3).Store(output + 3 * outputStride);
        Vector256.MaxNative(least, a4).Store(output + 4 * outputStride);
        Vector256.MaxNative(least, a5).Store(output + 5 * outputStride);
        Vector256.MaxNative(least, a6).Store(output + 6 * outputStride);
        Vector256.MaxNative(least, a7).Store(output + 7 * outputStride);
    }

    /// <summary>One position and "vectors" times eight filters: where there are no more.</summary>
    public static void One(float* x, int rows, int length, int rowStride, float* weights, int vectors, float* bias, float floor, float* output)
    {
        var least = Vector256.Create(floor);
        for (var vector = 0; vector < vectors; vector++)
        {
            var sum = Vector256.Load(bias + vector * 8);
            var filters = weights + vector * 8;
            for (var row = 0; row < rows; row++)
            {
                var numbers = x + row * rowStride;
                for (var i = 0; i < length; i++, filters += vectors * 8)
                    sum = Vector256.FusedMultiplyAdd(Vector256.Create(numbers[i]), Vector256.Load(filters), sum);
            }
            Vector256.MaxNative(least, sum).Store(output + vector * 8);
        }
    }

    /// <summary>One position and four blocks of sixteen filters, whose weights are "blockStride" numbers apart: a row times a matrix.</summary>
    public static void OneBySixtyFour(float* x, int length, float* weights, int blockStride, float* bias, float floor, float* output)
    {
        Vector256<float> a0 = Vector256.Load(bias), a1 = Vector256.Load(bias + 8), a2 = Vector256.Load(bias + 16), a3 = Vector256.Load(bias + 24);
        Vector256<float> a4 = Vector256.Load(bias + 32), a5 = Vector256.Load(bias + 40), a6 = Vector256.Load(bias + 48), a7 = Vector256.Load(bias + 56);
        float* w0 = weights, w1 = w0 + blockStride, w2 = w1 + blockStride, w3 = w2 + blockStride;
        for (var end = x + length; x < end; x++, w0 += 16, w1 += 16, w2 += 16, w3 += 16)
        {
            var number = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w0), a0);
            a1 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w0 + 8), a1);
            a2 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w1), a2);
            a3 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w1 + 8), a3);
            a4 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w2), a4);
            a5 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w2 + 8), a5);
            a6 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w3), a6);
            a7 = Vector256.FusedMultiplyAdd(number, Vector256.Load(w3 + 8), a7);
        }
        var least = Vector256.Create(floor);
        Store(a0, a1, least, output);
        Store(a2, a3, least, output + 16);
        Store(a4, a5, least, output + 32);
        Store(a6, a7, least, output + 48);
    }

    private static void Store(Vector256<float> left, Vector256<float> right, Vector256<float> least, float* output)
    {
        Vector256.MaxNative(least, left).Store(output);
        Vector256.MaxNative(least, right).Store(output + 8);
    }
}

namespace Ml.Cnn.Trainers.Vectors;

/// <summary>Arithmetic on vectors of one width, for kernels that are written once for all widths.</summary>
/// <typeparam name="TVector">The vector; nothing wraps it, so that the compiler keeps it in a register.</typeparam>
/// <remarks>Every width rounds alike: a number's value does not depend on which lane of which vector computes it.</remarks>
internal unsafe interface IVectors<TVector>
    where TVector : struct
{
    /// <summary>Numbers in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether the processor has 32 registers of this width, and not 16.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Create(float number);

    static abstract TVector Load(float* from);

    static abstract void Store(TVector vector, float* to);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>left × right + addend, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger one; NaN where the number is NaN.</summary>
    static abstract TVector AtLeast(TVector least, TVector number);

    /// <summary>The smaller one; NaN where the number is NaN.</summary>
    static abstract TVector AtMost(TVector most, TVector number);

    /// <summary>The larger one; NaN where either is NaN.</summary>
    static abstract TVector Maximum(TVector left, TVector right);

    /// <summary>2 to the power of whole numbers from −126 to 127; of anything else, anything.</summary>
    static abstract TVector TwoToThe(TVector whole);

    /// <summary>A value; 0 where the number is not above the least or not below the most. The value stays where the number is NaN.</summary>
    static abstract TVector Inside(TVector number, TVector least, TVector most, TVector value);

    /// <summary>The numbers with even positions of twice as many bfloat16 as a vector has numbers.</summary>
    /// <remarks>A bfloat16 is the upper half of a float32. Where memory is little-endian, the even ones are the lower halves of 32 bits.</remarks>
    static abstract TVector LoadEven(ushort* from);

    /// <summary>Those with odd positions.</summary>
    static abstract TVector LoadOdd(ushort* from);

    /// <summary>Rounds to bfloat16, to the nearest and of two as near to the even one. NaN stays NaN.</summary>
    static abstract void Store(TVector even, TVector odd, ushort* to);
}

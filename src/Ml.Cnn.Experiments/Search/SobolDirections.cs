namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// The direction numbers of Sobol's sequence, from the table new-joe-kuo-6.21201 (Joe and Kuo 2008, "Constructing Sobol sequences with better
/// two-dimensional projections", SIAM J. Sci. Comput. 30, 2635–2654; https://web.maths.unsw.edu.au/~fkuo/sobol/), its first 21 dimensions.
/// </summary>
internal static class SobolDirections
{
    /// <summary>Bits of a coordinate.</summary>
    public const int Bits = 32;

    // From the second dimension on: the degree s of the primitive polynomial, its inner coefficients a as bits, and the first s numbers m.
    private static readonly (int Degree, uint Coefficients, uint[] Initial)[] s_table =
    [
        (1, 0, [1]),
        (2, 1, [1, 3]),
        (3, 1, [1, 3, 1]),
        (3, 2, [1, 1, 1]),
        (4, 1, [1, 1, 3, 3]),
        (4, 4, [1, 3, 5, 13]),
        (5, 2, [1, 1, 5, 5, 17]),
        (5, 4, [1, 1, 5, 5, 5]),
        (5, 7, [1, 1, 7, 11, 19]),
        (5, 11, [1, 1, 5, 1, 1]),
        (5, 13, [1, 1, 1, 3, 11]),
        (5, 14, [1, 3, 5, 5, 31]),
        (6, 1, [1, 3, 3, 9, 7, 49]),
        (6, 13, [1, 1, 1, 15, 21, 21]),
        (6, 16, [1, 3, 1, 13, 27, 49]),
        (6, 19, [1, 1, 1, 15, 7, 5]),
        (6, 22, [1, 3, 1, 15, 13, 25]),
        (6, 25, [1, 1, 5, 5, 19, 61]),
        (7, 1, [1, 3, 7, 11, 23, 15, 103]),
        (7, 4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    /// <summary>How many dimensions there are numbers for.</summary>
    public static int Dimensions => s_table.Length + 1;

    /// <summary>The numbers v of one dimension, from 0: bit k of a point's index contributes v[k], as a fraction of 2^32.</summary>
    public static uint[] Of(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0)
        {
            for (var k = 0; k < Bits; k++)
                directions[k] = 1u << (Bits - 1 - k);
            return directions;
        }
        var (degree, coefficients, initial) = s_table[dimension - 1];
        for (var k = 0; k < degree; k++)
            directions[k] = initial[k] << (Bits - 1 - k);
        // The polynomial's recurrence (Bratley and Fox 1988, "Algorithm 659"): v(k) = a(1) v(k-1) ⊕ … ⊕ a(s-1) v(k-s+1) ⊕ v(k-s) ⊕ v(k-s) >> s.
        for (var k = degree; k < Bits; k++)
        {
            directions[k] = directions[k - degree] ^ (directions[k - degree] >> degree);
            for (var j = 1; j < degree; j++)
            {
                if (((coefficients >> (degree - 1 - j)) & 1) != 0)
                    directions[k] ^= directions[k - j];
            }
        }
        return directions;
    }
}

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Gives the values of a <see cref="DirectGraph"/> their places in memory, which one takes after the other.</summary>
internal static class DirectMemory
{
    private const long Line = 16; // numbers of a cache line

    /// <summary>Sets <see cref="DirectValue.Start"/> of all values.</summary>
    /// <param name="steps">The steps, in order.</param>
    /// <param name="result">The value that is read when all are done.</param>
    /// <returns>Numbers of memory.</returns>
    public static long Arrange(IReadOnlyList<DirectStep> steps, DirectValue result)
    {
        var lastUse = new Dictionary<DirectValue, int> { [result.Whole] = steps.Count };
        for (var step = steps.Count - 1; step >= 0; step--)
        {
            foreach (var value in ValuesOf(steps[step]))
                lastUse.TryAdd(value, step);
        }
        var free = new List<(long Start, long Length)>();
        var placed = new HashSet<DirectValue>();
        var end = 0L;
        for (var step = 0; step < steps.Count; step++)
        {
            // Several steps may make parts of one value.
            foreach (var value in steps[step].Others.Append(steps[step].Output).Select(value => value.Whole).Where(placed.Add))
                value.Start = step == 0 || value.Border > 0 ? AtEnd(Rounded(value.Length)) : Take(Rounded(value.Length));
            foreach (var value in ValuesOf(steps[step]))
            {
                // A border stays zero only in memory of its own, and so does what fills the last vector of the image.
                if (lastUse[value] == step && value.Border == 0 && value != steps[0].Output)
                    GiveBack(value.Start, Rounded(value.Length));
            }
        }
        return end;

        long AtEnd(long length)
        {
            end += length;
            return end - length;
        }

        long Take(long length)
        {
            var best = -1;
            for (var i = 0; i < free.Count; i++)
            {
                if (free[i].Length >= length && (best < 0 || free[i].Length < free[best].Length))
                    best = i;
            }
            if (best < 0)
                return AtEnd(length);
            var (start, room) = free[best];
            free.RemoveAt(best);
            if (room > length)
                free.Insert(best, (start + length, room - length));
            return start;
        }

        // In order of place, neighbors joined.
        void GiveBack(long start, long length)
        {
            var i = free.FindIndex(room => room.Start > start);
            i = i < 0 ? free.Count : i;
            free.Insert(i, (start, length));
            if (i + 1 < free.Count && start + length == free[i + 1].Start)
            {
                free[i] = (start, length + free[i + 1].Length);
                free.RemoveAt(i + 1);
            }
            if (i > 0 && free[i - 1].Start + free[i - 1].Length == start)
            {
                free[i - 1] = (free[i - 1].Start, free[i - 1].Length + free[i].Length);
                free.RemoveAt(i);
            }
        }
    }

    private static IEnumerable<DirectValue> ValuesOf(DirectStep step) =>
        step.Inputs.Concat(step.Others).Append(step.Output).Select(value => value.Whole).Distinct();

    private static long Rounded(long length) => (length + Line - 1) / Line * Line;
}

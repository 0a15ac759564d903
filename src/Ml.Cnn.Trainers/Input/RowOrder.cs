namespace Ml.Cnn.Trainers.Input;

/// <summary>In which order an epoch goes through rows that can be read in any order, a function of the seed and the epoch.</summary>
internal abstract class RowOrder
{
    /// <param name="labels">Each row's label as a key, from 1; 0 where it is missing.</param>
    /// <param name="seed">Fixes the orders.</param>
    /// <param name="isBalanced">Whether each class comes equally often rather than each row once.</param>
    public static RowOrder Create(IReadOnlyList<uint> labels, int seed, bool isBalanced) =>
        isBalanced ? new BalancedOrder(labels, seed) : new ShuffledOrder(labels, seed);

    /// <summary>The rows by number, and how often each has come in the epoch before.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="shard">The part of the epoch that is wanted; null: all of it, rows without a label included.</param>
    public IReadOnlyList<(int Row, int Repetition)> Of(int epoch, Shard? shard = null) =>
        shard is null or { IsWhole: true } ? Whole(epoch) : shard.Of([.. Whole(epoch).Where(drawn => HasLabel(drawn.Row))]);

    protected abstract IReadOnlyList<(int Row, int Repetition)> Whole(int epoch);

    protected abstract bool HasLabel(int row);

    /// <summary>Images in an epoch of balanced classes: about as many as there are, and equally many of each class.</summary>
    /// <param name="counts">Rows of each class.</param>
    public static long BalancedLength(IReadOnlyList<long> counts) =>
        EachClass(counts.Sum(), counts.Count(count => count > 0)) * counts.Count(count => count > 0);

    private static long EachClass(long rows, int classes) => classes == 0 ? 0 : Math.Max(1, (rows + classes / 2) / classes);

    private sealed class ShuffledOrder(IReadOnlyList<uint> labels, int seed) : RowOrder
    {
        protected override IReadOnlyList<(int, int)> Whole(int epoch) =>
            Array.ConvertAll(EpochOrder.Permutation(labels.Count, seed, epoch), row => (row, 0));

        protected override bool HasLabel(int row) => labels[row] > 0;
    }

    /// <summary>
    /// Each class has an endless sequence of permutations of its rows, of which every epoch takes the next piece. So the rows of a
    /// small class come several times in an epoch, equally often but for one, and those of a large class take turns from epoch to epoch.
    /// </summary>
    private sealed class BalancedOrder : RowOrder
    {
        private readonly int[][] _classes;
        private readonly int _each;
        private readonly int _seed;

        public BalancedOrder(IReadOnlyList<uint> labels, int seed)
        {
            _classes = [.. Enumerable.Range(0, labels.Count).Where(row => labels[row] > 0)
                .GroupBy(row => labels[row]).OrderBy(rows => rows.Key).Select(rows => rows.ToArray())];
            _each = (int)EachClass(_classes.Sum(rows => (long)rows.Length), _classes.Length);
            _seed = seed;
        }

        protected override bool HasLabel(int row) => true; // only such rows are drawn

        protected override IReadOnlyList<(int, int)> Whole(int epoch)
        {
            var drawn = new List<(int, int)>(_each * _classes.Length);
            var repetitions = new Dictionary<int, int>();
            for (var c = 0; c < _classes.Length; c++)
            {
                var rows = _classes[c];
                int[]? permutation = null;
                for (var i = (epoch - 1L) * _each; i < (long)epoch * _each; i++)
                {
                    var place = (int)(i % rows.Length);
                    if (permutation is null || place == 0)
                        permutation = EpochOrder.Permutation(rows.Length, unchecked(_seed + 7919 * (c + 1)), (int)(i / rows.Length));
                    var row = rows[permutation[place]];
                    repetitions.TryGetValue(row, out var before);
                    repetitions[row] = before + 1;
                    drawn.Add((row, before));
                }
            }
            return [.. EpochOrder.Permutation(drawn.Count, _seed, epoch).Select(i => drawn[i])];
        }
    }
}

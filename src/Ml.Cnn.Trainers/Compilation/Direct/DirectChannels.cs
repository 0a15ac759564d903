using System.Runtime.CompilerServices;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Where a channel comes from.</summary>
/// <param name="Value">A value.</param>
/// <param name="Channel">Its channel.</param>
internal readonly record struct ChannelSource(DirectValue Value, int Channel);

/// <summary>A map of channels of others: what concatenations, slices and shuffles make, however many follow one another.</summary>
internal sealed unsafe class DirectChannels : DirectStep
{
    private const int WorthAnItem = 8 * 1024; // numbers
    private const int ShortRun = 8;           // channels that are copied one by one

    private readonly DirectValue _output;
    private readonly (DirectValue Value, Neighbors[] Runs, int[] From, int[] To)[] _inputs;

    /// <param name="sources">Where each channel comes from.</param>
    /// <param name="output">The map.</param>
    public DirectChannels(IReadOnlyList<ChannelSource> sources, DirectValue output)
    {
        _output = output;
        _inputs = [.. sources.Select((source, to) => (source.Value, source.Channel, To: to)).GroupBy(channel => channel.Value).Select(input =>
        {
            var runs = new List<Neighbors>();
            foreach (var (_, from, to) in input)
            {
                if (runs.Count > 0 && runs[^1] is var last && last.From + last.Length == from && last.To + last.Length == to)
                    runs[^1] = last with { Length = last.Length + 1 };
                else
                    runs.Add(new(from, to, 1));
            }
            var single = runs.Where(run => run.Length < ShortRun).SelectMany(run => Enumerable.Range(0, run.Length).Select(i => (run.From + i, run.To + i)));
            return (input.Key, runs.Where(run => run.Length >= ShortRun).ToArray(), single.Select(pair => pair.Item1).ToArray(),
                single.Select(pair => pair.Item2).ToArray());
        })];
    }

    public override DirectValue Output => _output;

    public override IEnumerable<DirectValue> Inputs => _inputs.Select(input => input.Value);

    public override int Items(int threads) => threads == 1 ? 1 : (int)Math.Clamp(_output.Length / WorthAnItem, 1, Math.Min(2 * threads, _output.Height));

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, _output.Height);
        for (var y = first; y < end; y++)
        {
            foreach (var (input, runs, from, to) in _inputs)
                Copy(input, runs, from, to, y, place.Memory);
            // What fills the last vector is multiplied by weights of 0: it must be a number.
            var filling = _output.Pixel - _output.Channels;
            for (var x = 0; filling > 0 && x < _output.Width; x++)
                new Span<float>(_output.At(place.Memory, y, x) + _output.Channels, filling).Clear();
        }
    }

    private void Copy(DirectValue input, Neighbors[] runs, int[] from, int[] to, int row, float* memory)
    {
        float* x = input.At(memory, row), y = _output.At(memory, row);
        fixed (int* source = from, target = to)
        {
            for (var left = _output.Width; left > 0; left--, x += input.Pixel, y += _output.Pixel)
            {
                foreach (var run in runs)
                    Unsafe.CopyBlockUnaligned(y + run.To, x + run.From, (uint)(run.Length * sizeof(float)));
                for (var i = 0; i < from.Length; i++)
                    y[target[i]] = x[source[i]];
            }
        }
    }

    /// <summary>Channels that lie side by side on both sides.</summary>
    private readonly record struct Neighbors(int From, int To, int Length);
}

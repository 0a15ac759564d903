using System.Numerics;

namespace Ml.Cnn.Trainers.Weights.PyTorch;

/// <summary>Reads a pickle into tensors' places, containers, numbers and texts, and nothing else.</summary>
/// <remarks>
/// A pickle is a program for a small stack machine. This one knows the instructions that build data, and calls only what
/// <see cref="PickleGlobals"/> lists; where a pickle would make any other object, a <see cref="PickledObject"/> stands that does nothing.
/// Its work and its memory are bounded by the limits below, whatever the program says.
/// </remarks>
/// <param name="input">The pickle.</param>
/// <param name="findStorage">What a persistent id, a tuple, stands for.</param>
internal sealed class Unpickler(PickleInput input, Func<PickledSequence, StorageReference> findStorage)
{
    /// <summary>The longest pickle in bytes. A thousand tensors take about 200,000.</summary>
    public const long MaximumLength = 32L << 20;

    private const int MaximumInstructions = 2_000_000;
    private const int MaximumStack = 200_000;
    private const int MaximumMemo = 500_000;
    private const int MaximumIntegerBytes = 1024;

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Runs the program to its end and gives the value that it leaves.</summary>
    /// <exception cref="WeightsFormatException">The pickle is damaged, too large, or asks for something else than data.</exception>
    public object? Read()
    {
        for (var count = 0; count < MaximumInstructions; count++)
        {
            var opcode = (PickleOpcode)input.ReadByte();
            if (opcode == PickleOpcode.Stop)
                return _stack.Count == 1 && _marks.Count == 0 ? _stack[0]
                    : throw new WeightsFormatException($"The pickle ends with {_stack.Count} values instead of 1.");
            Execute(opcode);
            if (_stack.Count > MaximumStack || _marks.Count > MaximumStack || _memo.Count > MaximumMemo)
                throw new WeightsFormatException($"The pickle keeps more than {MaximumStack} values waiting or {MaximumMemo} remembered.");
        }
        throw new WeightsFormatException($"The pickle has more than {MaximumInstructions} instructions.");
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol:
                var protocol = input.ReadByte();
                if (protocol is < 2 or > 5)
                    throw new WeightsFormatException($"The pickle is of protocol {protocol}; 2 to 5 can be read.");
                break;
            case PickleOpcode.Frame: input.ReadInt64(); break;
            case PickleOpcode.Mark: _marks.Push(_stack.Count); break;
            case PickleOpcode.Pop: Pop(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Dup: Push(Peek()); break;

            case PickleOpcode.BinPut: _memo[input.ReadByte()] = Peek(); break;
            case PickleOpcode.LongBinPut: _memo[(uint)input.ReadInt32()] = Peek(); break;
            case PickleOpcode.Memoize: _memo[(uint)_memo.Count] = Peek(); break;
            case PickleOpcode.BinGet: Push(Remembered(input.ReadByte())); break;
            case PickleOpcode.LongBinGet: Push(Remembered((uint)input.ReadInt32())); break;

            case PickleOpcode.Global: Push(PickleGlobals.Find(input.ReadLine(), input.ReadLine())); break;
            case PickleOpcode.StackGlobal:
                var name = Pop<string>();
                Push(PickleGlobals.Find(Pop<string>(), name));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObject:
                var arguments = Pop<PickledSequence>();
                Push(PickleGlobals.Call(Pop(), arguments.Items));
                break;
            case PickleOpcode.NewObjectWithKeywords:
                Pop();
                Pop<PickledSequence>();
                Push(new PickledObject(Pop<PickledName>()));
                break;
            case PickleOpcode.BinPersId: Push(findStorage(Pop<PickledSequence>())); break;
            case PickleOpcode.Build:
                var state = Pop();
                if (Peek() is PickledObject built)
                    built.State = state;
                // The attributes of an OrderedDict are its versions of modules.
                else if (Peek() is not (PickledDictionary or PickledOpaque or TensorReference))
                    throw new WeightsFormatException("The pickle sets attributes of something that has none.");
                break;

            default:
                if (!ExecuteScalar(opcode) && !ExecuteContainer(opcode))
                    throw new WeightsFormatException($"The pickle has the instruction 0x{(byte)opcode:x2} at byte {input.Position - 1}, which no weights "
                        + "need: it is damaged, or made otherwise than by torch.save.");
                break;
        }
    }

    private bool ExecuteScalar(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None: Push(null); return true;
            case PickleOpcode.NewTrue: Push(true); return true;
            case PickleOpcode.NewFalse: Push(false); return true;
            case PickleOpcode.BinInt: Push((long)input.ReadInt32()); return true;
            case PickleOpcode.BinInt1: Push((long)input.ReadByte()); return true;
            case PickleOpcode.BinInt2: Push((long)input.ReadUInt16()); return true;
            case PickleOpcode.Long1: PushInteger(input.ReadByte()); return true;
            case PickleOpcode.Long4: PushInteger(input.ReadInt32()); return true;
            case PickleOpcode.BinFloat: Push(input.ReadDouble()); return true;
            case PickleOpcode.ShortBinUnicode: Push(input.ReadText(input.ReadByte())); return true;
            case PickleOpcode.BinUnicode: Push(input.ReadText((uint)input.ReadInt32())); return true;
            case PickleOpcode.BinUnicode8: Push(input.ReadText(input.ReadInt64())); return true;
            case PickleOpcode.ShortBinString: Push(input.ReadText(input.ReadByte())); return true;
            case PickleOpcode.BinString: Push(input.ReadText((uint)input.ReadInt32())); return true;
            case PickleOpcode.ShortBinBytes: PushSkipped(input.ReadByte()); return true;
            case PickleOpcode.BinBytes: PushSkipped((uint)input.ReadInt32()); return true;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: PushSkipped(input.ReadInt64()); return true;
            default: return false;
        }
    }

    private bool ExecuteContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple or PickleOpcode.EmptyList or PickleOpcode.EmptySet: Push(new PickledSequence([])); return true;
            case PickleOpcode.Tuple1: Push(new PickledSequence(PopLast(1))); return true;
            case PickleOpcode.Tuple2: Push(new PickledSequence(PopLast(2))); return true;
            case PickleOpcode.Tuple3: Push(new PickledSequence(PopLast(3))); return true;
            case PickleOpcode.Tuple or PickleOpcode.List or PickleOpcode.FrozenSet: Push(new PickledSequence(PopToMark())); return true;
            case PickleOpcode.Append:
                AddItems(PopLast(1));
                return true;
            case PickleOpcode.Appends or PickleOpcode.AddItems:
                AddItems(PopToMark());
                return true;
            case PickleOpcode.EmptyDict: Push(new PickledDictionary()); return true;
            case PickleOpcode.Dict:
                var pairs = PopToMark();
                Push(new PickledDictionary());
                AddPairs(pairs);
                return true;
            case PickleOpcode.SetItem: AddPairs(PopLast(2)); return true;
            case PickleOpcode.SetItems: AddPairs(PopToMark()); return true;
            default: return false;
        }
    }

    private void AddItems(List<object?> items)
    {
        if (Peek() is not PickledObject) // a kind of list that is not known here: nothing in it is looked for
            Peek<PickledSequence>().Items.AddRange(items);
    }

    private void AddPairs(List<object?> items)
    {
        if (items.Count % 2 != 0)
            throw new WeightsFormatException("The pickle has a key without a value.");
        var dictionary = Peek<PickledDictionary>();
        for (var i = 0; i < items.Count; i += 2)
            dictionary.Add(items[i], items[i + 1]);
    }

    // Larger integers are PyTorch's mark of its older format, or seeds.
    private void PushInteger(int bytes)
    {
        if (bytes is < 0 or > MaximumIntegerBytes)
            throw new WeightsFormatException($"The pickle holds an integer of {bytes} bytes.");
        var value = new BigInteger(input.ReadBytes(bytes));
        if (value >= long.MinValue && value <= long.MaxValue)
            Push((long)value);
        else
            Push(value);
    }

    private void PushSkipped(long bytes)
    {
        input.Skip(bytes);
        Push(PickledOpaque.Instance);
    }

    private object? Remembered(uint index) =>
        _memo.TryGetValue(index, out var value) ? value : throw new WeightsFormatException($"The pickle recalls a value {index} that it never stored.");

    private void Push(object? value) => _stack.Add(value);

    // Values below the last mark belong to a container that is still open.
    private int Floor => _marks.TryPeek(out var mark) ? mark : 0;

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw new WeightsFormatException("The pickle takes a value where there is none.");

    private T Peek<T>() => Peek() is T value ? value : throw new WeightsFormatException("The pickle uses a value for what it is not.");

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private T Pop<T>() => Pop() is T value ? value : throw new WeightsFormatException("The pickle uses a value for what it is not.");

    private List<object?> PopLast(int count)
    {
        if (_stack.Count - Floor < count)
            throw new WeightsFormatException("The pickle takes a value where there is none.");
        var items = _stack.GetRange(_stack.Count - count, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private List<object?> PopToMark()
    {
        if (!_marks.TryPop(out var mark))
            throw new WeightsFormatException("The pickle closes a container that it never opened.");
        var items = _stack.GetRange(mark, _stack.Count - mark);
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }
}

using System.Buffers.Binary;
using System.Text;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

[TestClass]
public sealed class SafeTensorsTests
{
    internal static byte[] File(string header, params byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    internal static SafeTensorsFile Read(byte[] file) => SafeTensors.Read(new MemoryStream(file), file.Length);

    internal static byte[] Write(params KeyValuePair<string, Tensor>[] tensors)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors);
        return stream.ToArray();
    }

    [TestMethod]
    public void The_format_is_the_published_one()
    {
        // Offset 0: header length; 8: header; then 3 float32 and 2 bytes.
        byte[] data = [0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 192, 127, 7, 255];
        var header = """{"__metadata__":{"a":"ä"},"x":{"dtype":"U8","shape":[2],"data_offsets":[12,14]},"""
            + "\"y.z\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[0,12]}}";
        using var file = Read(File(header, data));
        CollectionAssert.AreEqual(new[] { "x", "y.z" }, file.Tensors.Select(pair => pair.Key).ToArray());
        CollectionAssert.AreEqual(new byte[] { 7, 255 }, file.Tensors[0].Value.data<byte>().ToArray());
        CollectionAssert.AreEqual(new long[] { 3, 1 }, file.Tensors[1].Value.shape);
        CollectionAssert.AreEqual(new[] { 1f, -2f, float.NaN }, file.Tensors[1].Value.data<float>().ToArray());
        Assert.AreEqual("ä", file.Metadata["a"]);

        // 143 characters are 144 bytes, a multiple of 8.
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, file.Tensors, file.Metadata);
        CollectionAssert.AreEqual(File(header.PadRight(143), data), stream.ToArray());
    }

    [TestMethod]
    public void Every_type_and_shape_comes_back()
    {
        using var scope = NewDisposeScope();
        var tensors = new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool }
            .SelectMany(type => new long[][] { [], [0], [3], [2, 3, 1], [2, 0, 5] }
                .Select(shape => KeyValuePair.Create($"{type} {string.Join('x', shape)}", (randn(shape, float32) * 100).abs().to(type)))).ToArray();
        var bytes = Write(tensors);
        CollectionAssert.AreEqual(bytes, Write(tensors));
        using var file = Read(bytes);
        Assert.AreEqual(tensors.Length, file.Tensors.Count);
        foreach (var (before, after) in tensors.Zip(file.Tensors))
        {
            Assert.AreEqual(before.Key, after.Key);
            Assert.AreEqual(before.Value.dtype, after.Value.dtype);
            CollectionAssert.AreEqual(before.Value.shape, after.Value.shape);
            Assert.IsTrue(before.Value.bytes.SequenceEqual(after.Value.bytes), before.Key);
        }
    }

    [TestMethod]
    public void Any_layout_is_written_in_row_major_order()
    {
        using var scope = NewDisposeScope();
        var ordered = arange(24, float32).reshape(1, 2, 3, 4);
        var channelsLast = ordered.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        CollectionAssert.AreEqual(Write(KeyValuePair.Create("w", ordered)), Write(KeyValuePair.Create("w", channelsLast)));
    }

    [TestMethod]
    public void Larger_tensors_than_one_piece_come_back()
    {
        using var scope = NewDisposeScope();
        var large = arange((1 << 24) + 3, ScalarType.Int32);
        using var file = Read(Write(KeyValuePair.Create("large", large)));
        Assert.IsTrue(large.allclose(file.Tensors[0].Value, 0, 0));
    }

    [TestMethod]
    public void What_the_format_cannot_hold_is_refused_before_anything_is_written()
    {
        using var scope = NewDisposeScope();
        var stream = new MemoryStream();
        var one = ones(1);
        Assert.ThrowsExactly<ArgumentException>(() => SafeTensors.Write(stream, [new("a", one), new("a", one)]));
        Assert.ThrowsExactly<ArgumentException>(() => SafeTensors.Write(stream, [new("__metadata__", one)]));
        Assert.ThrowsExactly<ArgumentException>(() => SafeTensors.Write(stream, [new("a", ones(1, complex64))]));
        Assert.AreEqual(0, stream.Length);
    }

    [TestMethod]
    [DataRow("", "too short", DisplayName = "nothing")]
    [DataRow("[]", "not a JSON object")]
    [DataRow("""{"a":1}""", "'a' is not a JSON object")]
    [DataRow("""{"a":{"shape":[],"data_offsets":[0,4]}}""", "no dtype")]
    [DataRow("""{"a":{"dtype":"F31","shape":[],"data_offsets":[0,4]}}""", "unknown dtype 'F31'")]
    [DataRow("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", "no shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "not a whole number")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "not a whole number")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", "3 data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "takes 8 bytes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "takes 4 bytes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}""", "more bytes than can be counted")]
    [DataRow("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,2],"data_offsets":[0,0]}}""", "more bytes than can be counted")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begins at byte 4")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "'b' begins at byte 2")]
    [DataRow("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "the file has 4")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "not valid JSON")]
    [DataRow("""{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "'k'")]
    [DataRow("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "not valid JSON")]
    [DataRow("{\"a\":", "not valid JSON")]
    public void Damage_is_named(string header, string complaint)
    {
        var error = Assert.ThrowsExactly<WeightsFormatException>(() => Read(header.Length == 0 ? [] : File(header, 1, 2, 3, 4)));
        StringAssert.Contains(error.Message, complaint);
    }

    [TestMethod]
    public void Lengths_are_checked_before_anything_is_allocated()
    {
        var file = File("{}");
        foreach (var length in (ulong[])[ulong.MaxValue, long.MaxValue, 100_000_001, 3])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(file, length);
            StringAssert.Contains(Assert.ThrowsExactly<WeightsFormatException>(() => Read(file)).Message, "header claims");
        }
        Assert.ThrowsExactly<WeightsFormatException>(() => SafeTensors.Read(new MemoryStream(file), file.Length + 1L));
    }

    [TestMethod]
    public void Mutated_files_end_in_tensors_or_in_our_exception_and_leak_nothing()
    {
        using var scope = NewDisposeScope();
        var original = Write(new("conv.weight", randn(2, 3, 2, 2)), new("bn.num_batches_tracked", zeros([], int64)), new("h", ones(5, ScalarType.Float16)));
        var random = new Random(1);
        var live = TensorLeakTests.Settle();
        var read = 0;
        for (var i = 0; i < 4000; i++)
        {
            var mutant = original.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var at = random.Next(random.Next(2) == 0 ? 32 : mutant.Length);
                mutant[at] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => (byte)random.Next('0', ':'),
                    _ => (byte)(mutant[at] ^ 1 << random.Next(8))
                };
            }
            if (random.Next(4) == 0)
                mutant = mutant[..random.Next(mutant.Length)];
            try
            {
                using var file = Read(mutant);
                read++;
            }
            catch (WeightsFormatException)
            {
            }
        }
        Assert.AreEqual(live, Tensor.TotalCount);
        Assert.IsGreaterThan(100, read, "some changes touch only the numbers");
    }
}

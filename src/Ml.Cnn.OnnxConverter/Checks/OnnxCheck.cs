using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Checks;

/// <summary>Runs an ONNX file in ONNX Runtime beside the network that it was made of.</summary>
internal static class OnnxCheck
{
    private const double AllowedDifference = 1e-4;

    private const int LargestBatch = 7;

    // Halves have eleven binary digits, 0.0005, of which every layer loses some.
    private const double AllowedHalfDifference = 0.02;

    // Antialiased resizing in another program rounds some pixels to the neighboring number.
    private const double AllowedResizedDifference = 0.01;

    // Beside smaller ones than this everything is rounding.
    private const double LeastLogit = 1e-3;

    /// <summary>Compares image by image and in batches.</summary>
    /// <exception cref="OnnxExportException">The difference is larger than allowed, or ONNX Runtime does not take the file.</exception>
    public static OnnxComparison Compare(CnnTransformer model, string file, OnnxExportOptions options)
    {
        IReadOnlyList<PixelImage> images = options.CheckImages.Count > 0
            ? [.. options.CheckImages.Select(path => ImageDecoder.Decode(File.ReadAllBytes(path), model.Preprocessing.DecodeOptions()))]
            : CheckImages.Draw(model.Shape, options.Input == OnnxInput.Images);
        var allowed = options.Precision == OnnxPrecision.Float16 ? AllowedHalfDifference
            : options.Input == OnnxInput.Images ? AllowedResizedDifference : AllowedDifference;
        var largest = 0.0;
        try
        {
            using var session = new InferenceSession(file);
            var alone = images.Select(image => (IReadOnlyList<PixelImage>)[image]);
            // Whole images make a batch where they have one size.
            var isBatch = options.Input != OnnxInput.Images || images.All(image => (image.Width, image.Height) == (images[0].Width, images[0].Height));
            foreach (var batch in isBatch && images.Count > 1 ? alone.Concat(images.Chunk(LargestBatch)) : alone)
                largest = Math.Max(largest, Difference(Expected(model, batch, options), Run(session, model, batch, options), options.Output));
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxExportException($"ONNX Runtime does not take the file that was made of {model.Name}, which is not kept: {e.Message}", e);
        }
        if (double.IsNaN(largest) && options.Precision == OnnxPrecision.Float16)
            throw new OnnxExportException($"{model.Name} has values beyond 65,504, the largest that float16 holds; the file that was made of it is not kept.");
        if (!(largest <= allowed))
        {
            throw new OnnxExportException(FormattableString
                .Invariant($"The file that was made of {model.Name} gives other {OnnxExporter.OutputName(options.Output)} ")
                + FormattableString.Invariant($"than the network, by up to {largest:0.0e0} where {allowed:0.0e0} is allowed, and is not kept."));
        }
        return new(images.Count, largest, allowed);
    }

    private static double Difference(float[] expected, float[] actual, OnnxOutput output)
    {
        if (expected.Length != actual.Length)
            return double.PositiveInfinity;
        var scale = output == OnnxOutput.Scores ? 1 : Math.Max(LeastLogit, expected.Max(Math.Abs));
        // Of what is no number, the difference is none either, and passes no comparison.
        return expected.Zip(actual, (one, other) => Math.Abs((double)one - other) / scale).Aggregate(0.0, (most, each) => double.IsNaN(each) ? double.NaN
            : Math.Max(most, each));
    }

    private static float[] Expected(CnnTransformer model, IReadOnlyList<PixelImage> images, OnnxExportOptions options)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var shape = model.Shape;
        var input = tensor(Normalized(model, images)).view(images.Count, shape.Channels, shape.Height, shape.Width);
        var logits = model.Scorer.Network.forward(input.BringTo(model.Scorer.Single.Plan.Device)).cpu();
        var output = options.Output == OnnxOutput.Logits ? logits : nn.functional.softmax(logits.Over(model.Calibration?.Temperature ?? 1), 1);
        return output.data<float>().ToArray();
    }

    private static float[] Run(InferenceSession session, CnnTransformer model, IReadOnlyList<PixelImage> images, OnnxExportOptions options)
    {
        var shape = model.Shape;
        var value = options.Input switch
        {
            OnnxInput.Tensor => NamedOnnxValue.CreateFromTensor("input",
                new DenseTensor<float>(Normalized(model, images), [images.Count, shape.Channels, shape.Height, shape.Width])),
            OnnxInput.Pixels => NamedOnnxValue.CreateFromTensor("pixels",
                new DenseTensor<byte>(images.SelectMany(image => Fitted(model, image)).ToArray(), [images.Count, shape.Height, shape.Width, shape.Channels])),
            _ => NamedOnnxValue.CreateFromTensor("images", new DenseTensor<byte>(images.SelectMany(image => image.Pixels.ToArray()).ToArray(),
                [images.Count, images[0].Height, images[0].Width, shape.Channels])),
        };
        using var outputs = session.Run([value]);
        return [.. outputs.Single().AsEnumerable<float>()];
    }

    private static float[] Normalized(CnnTransformer model, IReadOnlyList<PixelImage> images)
    {
        var shape = model.Shape;
        var length = shape.Channels * shape.Height * shape.Width;
        var numbers = new float[images.Count * length];
        var normalizer = new PixelTensor(model.Preprocessing.Normalization, shape.Channels);
        for (var i = 0; i < images.Count; i++)
            normalizer.FillPlanar(Fitted(model, images[i]), numbers.AsSpan(i * length, length));
        return numbers;
    }

    private static byte[] Fitted(CnnTransformer model, PixelImage image)
    {
        var bytes = new byte[model.Preprocessing.ByteCount];
        model.Preprocessing.Apply(image, bytes);
        return bytes;
    }
}

using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using Microsoft.ML.TorchSharp.NasBert;
using Microsoft.ML.TorchSharp.NasBert.Models;
using TorchSharp;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>
/// Files of random numbers where Microsoft.ML.TorchSharp keeps the pretrained networks that it downloads otherwise. Its trainers start from them as they start
/// from those, and need no network connection.
/// </summary>
internal sealed class DrawnWeights : IDisposable
{
    // What the trainers expect of their file: NasBertTrainer.NasBertOptions, NerTrainer.NerOptions and ObjectDetectionTrainer, internal there.
    private static readonly int[] s_sentences = [9, 11, 7, 0, 0, 0, 11, 11, 7, 0, 0, 0, 9, 7, 11, 0, 0, 0, 10, 7, 9, 0, 0, 0];
    private static readonly int[] s_names = [15, 16, 14, 0, 0, 0, 15, 16, 14, 0, 0, 0, 17, 14, 15, 0, 0, 0, 17, 14, 15, 0, 0, 0];

    private readonly TemporaryFolder _folder = new();

    public DrawnWeights()
    {
        Write("NasBert2000000.tsm", () => Encoder(embedding: 64, s_sentences));
        Write("pretrained_NasBert_14M_encoder.tsm", () => Encoder(embedding: 128, s_names));
        Write("autoformer_11m_torchsharp.bin", () => new AutoFormerV2(numClasses: 2, [64, 128, 256, 448], [2, 2, 6, 2], [2, 4, 8, 14]));
    }

    /// <summary>A context of ML.NET that finds them.</summary>
    public MLContext CreateContext() => new(seed: 1) { TempFilePath = _folder.Path };

    public void Dispose() => _folder.Dispose();

    private static NasBertEncoder Encoder(int embedding, int[] layers)
    {
        var vocabulary = Vocabulary();
        var encoder = new NasBertEncoder(vocabulary.PadIndex, vocabulary.SymbolsCount, activationFn: "gelu", maxSeqLen: 512, embedSize: embedding,
            arches: layers, numSegments: 0, encoderNormalizeBefore: true, numEncoderLayers: layers.Length);
        using var noGradient = torch.no_grad();
        encoder.TokenEmbeddingMatrix.normal_(); // words that differ more than places do: without training before, nothing else tells sentences apart
        return encoder;
    }

    private static EnglishRobertaTokenizer Vocabulary()
    {
        var assembly = typeof(TextClassificationTrainer).Assembly;
        using var encoder = assembly.GetManifestResourceStream("encoder.json")!;
        using var merges = assembly.GetManifestResourceStream("vocab.bpe")!;
        using var ranks = assembly.GetManifestResourceStream("dict.txt")!;
        var vocabulary = EnglishRobertaTokenizer.Create(encoder, merges, ranks, RobertaPreTokenizer.Instance);
        vocabulary.AddMaskSymbol();
        return vocabulary;
    }

    private void Write(string name, Func<torch.nn.Module> draw)
    {
        using var before = torch.random.get_rng_state();
        torch.random.manual_seed(1);
        using var network = draw();
        torch.random.set_rng_state(before);
        network.save(Path.Join(Directory.CreateDirectory(Path.Join(_folder.Path, "mlnet")).FullName, name));
    }
}

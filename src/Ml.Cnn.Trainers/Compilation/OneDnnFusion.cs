using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Whether libtorch was built with oneDNN's fused operations, as it is for x64 processors.</summary>
internal static class OneDnnFusion
{
    private const string Probe = """
          def forward(self: __torch__.Network,
            images: Tensor) -> Tensor:
            weight = ops.mkldnn._reorder_convolution_weight(self.w0, [0, 0], [1, 1], [1, 1], 1, [1, 1, 1, 1])
            return ops.mkldnn._convolution_pointwise(images, weight, None, [0, 0], [1, 1], [1, 1], 1, "none", annotate(List[Optional[number]], []), None)

        """;

    private static readonly Lazy<bool> s_isSupported = new(Measure);

    /// <summary>Whether the operations are there and work. Found out once, by a convolution of one pixel.</summary>
    public static bool IsSupported => s_isSupported.Value;

    private static bool Measure()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return false;
        try
        {
            using var scope = NewDisposeScope();
            using var mode = inference_mode();
            var probe = new ScriptObject(ScriptArchive.ClassName) { Methods = Probe };
            probe.Tensors.Add(new("w0", ones(1, 1, 1, 1), IsParameter: false));
            using var module = LoadedScript.Of(ScriptArchive.Write(probe));
            return module.Forward(TensorArithmetic.Filled([1, 1, 1, 1], 2)).item<float>() == 2;
        }
        catch (ExternalException)
        {
            return false; // an operation that this libtorch does not know
        }
    }
}

namespace Ml.Cnn.OnnxConverter.Export;

/// <summary>Which version of the file format came with which version of the operators (ONNX's docs/Versioning.md).</summary>
internal static class OnnxVersions
{
    public static int IrOf(int opset) => opset switch
    {
        >= 21 => 10,
        >= 19 => 9,
        _ => 8,
    };
}

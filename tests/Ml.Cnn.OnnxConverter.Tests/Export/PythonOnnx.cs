namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>Debian's python3-onnx, whose checker and shape inference are the format's own.</summary>
internal static class PythonOnnx
{
    private static readonly Python s_python = new("onnx", "python3-onnx");

    /// <inheritdoc cref="Python.IsInstalled"/>
    public static bool IsInstalled => s_python.IsInstalled;

    /// <summary>Has files checked, one by one.</summary>
    public static void Check(params IReadOnlyList<string> paths) => s_python.Run("check_onnx.py", paths);
}

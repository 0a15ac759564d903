namespace MlCnn.Testing;

/// <summary>Debian's python3-torch and python3-torchvision. A test that compares with them is skipped where they are not installed.</summary>
internal static class PythonTorch
{
    private static readonly Python s_python = new("torch, torchvision", "python3-torch, python3-torchvision");

    /// <inheritdoc cref="Python.Require"/>
    public static void Require() => s_python.Require();

    /// <inheritdoc cref="Python.Run"/>
    public static string Run(string script, params IReadOnlyList<string> arguments) => s_python.Run(script, arguments);
}

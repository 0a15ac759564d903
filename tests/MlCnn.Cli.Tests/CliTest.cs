using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>A folder of its own for each test, and the checks that several share.</summary>
public abstract class CliTest
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("mlcnn-cli").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(Folder, recursive: true);

    private protected CliResult Run(params IReadOnlyList<string> arguments) => Cli.Run(Folder, arguments);

    private protected static void AssertProperties(JsonElement element, params string[] names) =>
        CollectionAssert.AreEqual(names, element.EnumerateObject().Select(p => p.Name).ToArray());
}

using System.Reflection;
using Ml.Cnn.BuildTool;
using Mono.Cecil;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>The build step that lets Microsoft.ML.TorchSharp run with this library's TorchSharp: build/README.md.</summary>
[TestClass]
public sealed class MendedAssemblyTests
{
    private const string Name = "Microsoft.ML.TorchSharp.dll";

    private static readonly string s_published = Path.Join(BuiltWith("MlNetTorchSharpPackage"), "lib", "net8.0", Name);

    /// <summary>Tells when the step can go: with a Microsoft.ML.TorchSharp that was built against a newer TorchSharp.</summary>
    [TestMethod]
    public void The_published_assembly_still_needs_both_changes()
    {
        using var module = ModuleDefinition.ReadModule(s_published);
        Assert.AreEqual(4, MlNetTorchSharp.KeepInitializedWeights(module), "weights that are disposed where they are initialized: see build/README.md");
        Assert.AreEqual(2, MlNetTorchSharp.NameAntialias(module), "calls of interpolate without antialias: see build/README.md");
    }

    [TestMethod]
    public void Mending_twice_is_mending_once()
    {
        var once = MlNetTorchSharp.Mend(File.ReadAllBytes(s_published));
        CollectionAssert.AreEqual(once, MlNetTorchSharp.Mend(once));
    }

    [TestMethod]
    public void Other_assemblies_are_left_alone()
    {
        var own = File.ReadAllBytes(typeof(MendedAssemblyTests).Assembly.Location);
        Assert.AreSame(own, MlNetTorchSharp.Mend(own));
    }

    /// <summary>Tells what a newer TorchSharp no longer has, before a program meets it as a MissingMethodException.</summary>
    [TestMethod]
    public void The_output_holds_an_assembly_all_of_whose_calls_TorchSharp_answers()
    {
        if (BuiltWith("MlCnnMendMlNetTorchSharp") == "false")
            Assert.Inconclusive("Skipped: built with -p:MlCnnMendMlNetTorchSharp=false.");
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using var module = ModuleDefinition.ReadModule(Path.Join(AppContext.BaseDirectory, Name), new ReaderParameters { AssemblyResolver = resolver });
        var members = module.GetMemberReferences().Where(member => member.DeclaringType.GetElementType().Scope.Name == "TorchSharp").ToList();
        Assert.IsGreaterThan(100, members.Count);
        CollectionAssert.AreEqual(Array.Empty<string>(), members.Where(member => member.Resolve() is null).Select(member => member.FullName).ToList());
    }

    private static string? BuiltWith(string property) =>
        typeof(MendedAssemblyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == property).Value;
}

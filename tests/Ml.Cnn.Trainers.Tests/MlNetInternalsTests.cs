using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>The libraries are compiled against widened copies of ML.NET and run on the shipped package, internals included.</summary>
[TestClass]
public sealed class MlNetInternalsTests
{
    /// <summary>
    /// Protects against a version of ML.NET that lacks an internal: every type and member that the compiled code names is looked up in the shipped
    /// package.
    /// </summary>
    [TestMethod]
    [DataRow("Ml.Cnn.Trainers", "Microsoft.ML.ModelSaveContext", "Microsoft.ML.LoadableClassAttribute..ctor")]
    [DataRow("Ml.Cnn.Transforms", "Microsoft.ML.VersionInfo", "Microsoft.ML.Runtime.IHostEnvironmentInternal.get_GpuDeviceId")]
    public void Every_part_of_ML_NET_that_the_library_names_is_in_the_shipped_package(string library, string knownType, string knownMember)
    {
        var module = System.Reflection.Assembly.Load(library).ManifestModule;
        using var file = new PEReader(File.OpenRead(module.FullyQualifiedName));
        var metadata = file.GetMetadataReader();
        var missing = new List<string>();
        var found = new HashSet<string>();

        foreach (var handle in metadata.TypeReferences)
            if (MlNetType(metadata, handle) is { } name)
                LookUp(name, () => module.ResolveType(MetadataTokens.GetToken(handle)));
        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference && MlNetType(metadata, (TypeReferenceHandle)member.Parent) is { } type)
                LookUp($"{type}.{metadata.GetString(member.Name)}", () => module.ResolveMember(MetadataTokens.GetToken(handle)));
        }

        Assert.IsEmpty(missing, $"ML.NET {typeof(Microsoft.ML.MLContext).Assembly.GetName().Version} lacks what {library} uses: {string.Join(", ", missing)}");
        Assert.Contains(knownType, found);
        Assert.Contains(knownMember, found);

        void LookUp(string name, Action resolve)
        {
            try
            {
                resolve();
                found.Add(name);
            }
            catch (Exception e) when (e is TypeLoadException or MissingMemberException)
            {
                missing.Add($"{name} ({e.Message})");
            }
        }
    }

    private static string? MlNetType(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => MlNetType(metadata, (TypeReferenceHandle)type.ResolutionScope) is { } outer ? $"{outer}+{name}" : null,
            HandleKind.AssemblyReference when metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
                .StartsWith("Microsoft.ML", StringComparison.Ordinal) =>
                $"{metadata.GetString(type.Namespace)}.{name}",
            _ => null,
        };
    }
}

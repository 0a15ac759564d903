namespace System.Runtime.CompilerServices;

/// <summary>The runtime honors this attribute by its name: see build/README.md, "ML.NET's internals".</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}

namespace System.Runtime.CompilerServices;

/// <summary>The runtime honours this attribute by its name: see build/README.md, "ML.NET's internals".</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}

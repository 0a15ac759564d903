using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>The instructions that oneDNN, which computes libtorch's convolutions on x64 processors, may use.</summary>
/// <remarks>
/// Some virtual processors report no caches (CPUID leaves 4 and 8000001D are empty). There oneDNN 3.7.1, the version in libtorch 2.10, leaves the
/// padding of its blocked tensors unwritten: convolutions whose channels are no multiple of the register's lanes add up whatever the memory held, in
/// every instruction set from AVX on, and a 1×1 convolution to 1,024 channels divides by zero, which ends the process. With SSE4.1 oneDNN uses no padded
/// tensors. oneDNN reads its environment variable once, at its first operation, so the variable is set when this assembly is loaded.
/// </remarks>
internal static class OneDnn
{
    /// <summary>The environment variable that names the best instruction set that oneDNN may use.</summary>
    public const string Variable = "ONEDNN_MAX_CPU_ISA";

    private const string FormerVariable = "DNNL_MAX_CPU_ISA";
    private const string Safe = "SSE41";

    private static readonly string[] s_withoutBFloat16 = [Safe, "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI"];

    /// <summary>Whether this library has limited oneDNN, since the processor reports no caches and the environment named no limit.</summary>
    public static bool IsLimitedByLibrary { get; private set; }

    /// <summary>What to tell a user whose convolutions were made slower by <see cref="IsLimitedByLibrary"/>.</summary>
    public const string LimitedMessage = "This (virtual) processor reports no caches, and oneDNN would compute wrong convolutions or end the process. "
        + "Convolutions are limited to SSE4.1 instructions, which is slower. Set the environment variable " + Variable + " to decide otherwise.";

    /// <summary>Whether the processor has instructions for bfloat16, and oneDNN may use them.</summary>
    /// <remarks>CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX-BF16 bit 22 of EDX in subleaf 0 (Intel SDM, volume 2A).</remarks>
    public static bool ComputesInBFloat16 => IncludesBFloat16(Limit) && HasLeaf7 && (((X86Base.CpuId(7, 1).Eax >> 5) & 1) == 1 || HasAmx);

    /// <summary>
    /// Whether bfloat16 is faster than float32 as well: by AMX, or by AVX512_BF16 of other vendors than Intel (docs/performance.md has both measured).
    /// </summary>
    public static bool IsFasterInBFloat16 => ComputesInBFloat16 && (HasAmx || X86Base.CpuId(0, 0).Ebx != Intel);

    private const int Intel = 0x756E6547; // "Genu", of "GenuineIntel"

    private static bool HasLeaf7 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7;

    private static bool HasAmx => ((X86Base.CpuId(7, 0).Edx >> 22) & 1) == 1;

    /// <summary>Whether the processor says how large its caches are; true on processors that are no x64.</summary>
    public static bool ProcessorReportsCaches => !X86Base.IsSupported || HasCaches(0, 4) || HasCaches(unchecked((int)0x80000000), unchecked((int)0x8000001D));

    /// <summary>Whether a value of <see cref="Variable"/> includes the processor's bfloat16 instructions.</summary>
    internal static bool IncludesBFloat16(string? limit) => limit is null || !s_withoutBFloat16.Contains(limit, StringComparer.OrdinalIgnoreCase);

    private static string? Limit => Environment.GetEnvironmentVariable(Variable) ?? Environment.GetEnvironmentVariable(FormerVariable);

#pragma warning disable CA2255 // The limit must be set before the process's first convolution, which need not come through this library.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LimitWhereCachesAreUnknown()
    {
        if (Limit is not null || !Avx.IsSupported || ProcessorReportsCaches)
            return;
        IsLimitedByLibrary = NativeEnvironment.TrySet(Variable, Safe);
    }

    // The first entry of a leaf of deterministic cache parameters: type 0 means that there are no more caches.
    private static bool HasCaches(int firstLeaf, int leaf) =>
        unchecked((uint)X86Base.CpuId(firstLeaf, 0).Eax >= (uint)leaf) && (X86Base.CpuId(leaf, 0).Eax & 0x1F) != 0;
}

using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>The environment that native libraries read. .NET's own copy is another one, except on Windows.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>
    /// Sets a variable for native code, for .NET, and for processes that are started from here. A library that has read it goes by what it read.
    /// </summary>
    public static bool TrySet(string name, string value)
    {
        if (!OperatingSystem.IsWindows() && Set(name, value, overwrite: 1) != 0)
            return false;
        Environment.SetEnvironmentVariable(name, value);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);
}

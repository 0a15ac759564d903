namespace Ml.Cnn.Experiments.Jobs;

/// <summary>Keeps a second process from training the same trial. The system gives it back however the process ends.</summary>
internal static class TrialLock
{
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <param name="folder">The trial's, made where there is none.</param>
    /// <exception cref="TrialBusyException">Another process trains it.</exception>
    public static IDisposable Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Join(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException e) when (e.HResult == SharingViolation || !OperatingSystem.IsWindows())
        {
            throw new TrialBusyException($"Another process trains the trial in '{folder}': {e.Message}", e);
        }
    }
}

/// <summary>A trial is being trained by another process, so that it cannot be trained here.</summary>
internal sealed class TrialBusyException(string message, Exception inner) : IOException(message, inner);

namespace MlCnn.Cli;

/// <summary>What the process answers with.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int WrongUsage = 2;

    /// <summary>Ended by Ctrl+C, as shells report it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}

/// <summary>The command line asks for something that cannot be: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The work fails for a reason that the message says in full: exit code 1.</summary>
internal sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);

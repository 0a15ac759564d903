using System.Runtime.InteropServices;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>Ctrl+C and SIGTERM: the first asks for an orderly end, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    private readonly string _note;

    /// <param name="note">What is said at the first signal.</param>
    public StopSignals(string note = "Stopping after this step; once more ends at once, without a model.")
    {
        _note = note;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _stop.Token;

    private void Handle(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
        {
            Messages.Progress.Cursor.Show(true);
            return; // as if nobody had listened
        }
        context.Cancel = true;
        _stop.Cancel();
        Messages.Note(_note);
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }
}

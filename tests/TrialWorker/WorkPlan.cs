using System.Globalization;

namespace TrialWorker;

/// <summary>What a job of <see cref="CountingWork"/> does.</summary>
/// <param name="Steps">How many it has.</param>
/// <param name="StepMilliseconds">How long each takes.</param>
/// <param name="CheckpointSteps">After how many a checkpoint is kept.</param>
/// <param name="Fault">What goes wrong at its beginning; null: nothing.</param>
internal sealed record WorkPlan(int Steps, int StepMilliseconds = 0, int CheckpointSteps = 1, WorkFault? Fault = null)
{
    public void Write(string path) => File.WriteAllText(
        path, string.Create(CultureInfo.InvariantCulture, $"{Steps} {StepMilliseconds} {CheckpointSteps} {(Fault is null ? "-" : Fault.Kind)}"));

    public static WorkPlan Read(string path)
    {
        var parts = File.ReadAllText(path).Split(' ');
        var numbers = parts[..3].Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1], numbers[2], parts[3] == "-" ? null : new WorkFault(parts[3]));
    }
}

/// <param name="Kind">"data": an image that cannot be read. "crash": the process dies.</param>
internal sealed record WorkFault(string Kind)
{
    public void Happen()
    {
        switch (Kind)
        {
            case "data":
                throw new InvalidDataException("The image 17.png cannot be decoded.");
            case "crash":
                System.Diagnostics.Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
                break;
        }
    }
}

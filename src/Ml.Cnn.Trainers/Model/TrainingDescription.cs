using System.Text.Json;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// How a model was trained, for whoever reads its JSON: settings and execution plan as they were written, so that a model that is loaded and
/// saved again keeps them whatever version of this library wrote them.
/// </summary>
/// <param name="Settings">The settings of the training.</param>
/// <param name="Plan">The device, precision, memory layout and threads; null in models of the first format, which did not say.</param>
internal sealed record TrainingDescription(JsonElement Settings, JsonElement? Plan)
{
    /// <summary>The plan; null in models of the first format, and where a later version knows plans that this one does not.</summary>
    public CnnTrainingPlan? TrainingPlan
    {
        get
        {
            try
            {
                return Plan?.Deserialize<PlanJson>(JsonFormat.Options) is { } plan
                    && Enum.TryParse<Precision>(plan.Precision, ignoreCase: true, out var precision)
                    && Enum.TryParse<MemoryLayout>(plan.MemoryLayout, ignoreCase: true, out var layout)
                    ? new() { Device = plan.Device, Precision = precision, MemoryLayout = layout, NetworkThreads = plan.Threads } : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public static TrainingDescription Of(TrainingSettings settings, ExecutionPlan plan, int threads) => new(
        JsonSerializer.SerializeToElement(settings, JsonFormat.Options),
        JsonSerializer.SerializeToElement(new PlanJson(plan.Device.ToString(), plan.PrecisionName, plan.LayoutName, threads), JsonFormat.Options));

    private sealed record PlanJson(string Device, string Precision, string MemoryLayout, int Threads);
}

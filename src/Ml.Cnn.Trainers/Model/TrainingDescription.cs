using System.Text.Json;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// How a model was trained, for whoever reads its JSON: settings and execution plan as they were written, so that a model that is loaded and saved again keeps them
/// whatever version of this library wrote them.
/// </summary>
/// <param name="Settings">The settings of the training.</param>
/// <param name="Plan">The device, precision, memory layout and threads; null in models of the first format, which did not say.</param>
internal sealed record TrainingDescription(JsonElement Settings, JsonElement? Plan)
{
    public static TrainingDescription Of(TrainingSettings settings, ExecutionPlan plan, int threads) => new(
        JsonSerializer.SerializeToElement(settings, JsonFormat.Options),
        JsonSerializer.SerializeToElement(new PlanJson(plan.Device.ToString(), plan.PrecisionName, plan.LayoutName, threads), JsonFormat.Options));

    private sealed record PlanJson(string Device, string Precision, string MemoryLayout, int Threads);
}

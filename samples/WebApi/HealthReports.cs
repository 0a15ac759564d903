using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebApi;

/// <summary>A health report as JSON, with the reasons.</summary>
internal static class HealthReports
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        Status = report.Status.ToString(),
        Checks = report.Entries.ToDictionary(entry => entry.Key, entry => new
        {
            Status = entry.Value.Status.ToString(),
            entry.Value.Description,
            entry.Value.Data,
        }),
    });
}

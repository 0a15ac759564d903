using System.Diagnostics;

namespace Ml.Cnn.Serving.Tests;

/// <summary>Waits for what happens on another thread.</summary>
internal static class Wait
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    public static async Task Until(Func<bool> isSo, string what)
    {
        for (var start = Stopwatch.GetTimestamp(); !isSo(); await Task.Delay(10))
        {
            if (Stopwatch.GetElapsedTime(start) > s_longest)
                Assert.Fail($"In vain waited until {what}.");
        }
    }
}

using Spectre.Console;
using Spectre.Console.Rendering;

namespace MlCnn.Cli.Display;

/// <summary>The text behind a bar, which is cut off where the line is too short.</summary>
internal sealed class DetailsColumn(Func<string> details) : ProgressColumn
{
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(100);

    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(details()).Ellipsis();

    /// <summary>A time that is left: "1:05:00", "5:00", "days".</summary>
    public static string Time(TimeSpan time) =>
        time > s_longest ? "days"
        : time.TotalHours >= 1 ? FormattableString.Invariant($"{(int)time.TotalHours}:{time:mm\\:ss}") : FormattableString.Invariant($"{time:m\\:ss}");
}

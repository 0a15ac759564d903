using System.Reflection;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MlCnn.Cli.Display;

/// <summary>The two consoles: results go to standard output, everything else to standard error.</summary>
internal static class Messages
{
    /// <summary>Wide enough that no table of a redirected output is ever cut.</summary>
    private const int RedirectedWidth = 4096;

    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Progress { get; } = Create(Console.Error, Console.IsErrorRedirected);

    public static void Error(string message) => Write($"mlcnn: {message}", new Style(Color.Red));

    public static void Warning(string message) => Write($"mlcnn: {message}", new Style(Color.Yellow));

    public static void Note(string message) => Write(message, Style.Plain);

    private static void Write(string message, Style style) => Progress.Write(new LineAboveBar(new Text(message + Environment.NewLine, style)));

    /// <summary>Does work that has no measure of its progress, and says so meanwhile on a terminal.</summary>
    public static T While<T>(string what, Func<T> work) =>
        Progress.Profile.Capabilities.Interactive ? Progress.Status().Start(what + " …", _ => work()) : work();

    /// <summary>The library's warnings, such as skipped images or a CPU in the GPU's place.</summary>
    public static MLContext CreateContext()
    {
        var mlContext = new MLContext();
        mlContext.Log += (_, log) =>
        {
            if (log.Kind >= Microsoft.ML.Runtime.ChannelMessageKind.Warning && log.Source.StartsWith("Cnn", StringComparison.Ordinal))
                Warning(log.RawMessage);
        };
        return mlContext;
    }

    /// <summary>
    /// What went wrong in one line; several only where bad images are listed. The outermost message knows the file, the innermost the cause: both are shown,
    /// unless the one holds the other.
    /// </summary>
    public static string Describe(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is BadImageException bad)
                return ListImages(bad.Images);
        }
        var said = exception;
        while (IsWrapper(said))
            said = said.InnerException!;
        var (message, cause) = (MessageOf(said), MessageOf(said.GetBaseException()));
        return said is CommandException or UsageException || message.Contains(cause.TrimEnd('.'), StringComparison.Ordinal) ? message : $"{message} ({cause})";
    }

    // Such an exception says that another one was thrown, and where in ML.NET's or .NET's works.
    private static bool IsWrapper(Exception e) => e.InnerException is not null
        && (e is AggregateException or TargetInvocationException or TypeInitializationException
            || e.Message.StartsWith("Splitter/consolidator", StringComparison.Ordinal)
            || e.Message.StartsWith("Error during class instantiation", StringComparison.Ordinal));

    private static string MessageOf(Exception exception)
    {
        var message = exception.Message;
        if (exception is ArgumentException { ParamName: { } name }) // .NET adds the parameter's name and value, which mean nothing here
            message = message.Split(" (Parameter '" + name)[0];
        return string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>Bad images, each on a line of its own.</summary>
    public static string List(IReadOnlyList<BadImage> images) => string.Concat(images.Select(image => $"{Environment.NewLine}  {image}"));

    private static string ListImages(IReadOnlyList<BadImage> images) =>
        $"{images.Count} {(images.Count == 1 ? "image" : "images")} cannot be used:{List(images)}";

    /// <summary>Text that takes the place of the bar, which is then drawn anew below it: what the bar left there is erased first.</summary>
    private sealed class LineAboveBar(IRenderable text) : Renderable
    {
        private const string EraseBelow = "\u001b[J";

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            options.Capabilities.Ansi ? text.Render(options, maxWidth).Prepend(Segment.Control(EraseBelow)) : text.Render(options, maxWidth);
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Yes,
        });
        if (redirected)
            console.Profile.Width = RedirectedWidth;
        return console;
    }
}

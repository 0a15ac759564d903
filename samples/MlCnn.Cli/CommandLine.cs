using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MlCnn.Cli.Commands;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>The command line as a whole: from arguments to the exit code.</summary>
internal static class CommandLine
{
    // A file may be called "@image.png": nothing is read from response files.
    private static readonly ParserConfiguration s_parsing = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    public static int Run(string[] args)
    {
        var result = Commands().Parse(args, s_parsing);
        if (result.Action is ParseErrorAction)
            return WrongUsage(result, args);
        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException e)
        {
            Messages.Error(e.Message);
            SuggestHelp(result);
            return ExitCode.WrongUsage;
        }
        catch (OperationCanceledException)
        {
            Messages.Error("Stopped before the first training step: there is no model to save.");
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            Messages.Error(Messages.Describe(e));
            return ExitCode.Failure;
        }
    }

    private static RootCommand Commands() => new("Trains convolutional networks on folders of images, tells how good they are, and sorts new images with them.")
    {
        ModelsCommand.Create(),
        SummaryCommand.Create(),
        InspectCommand.Create(),
        DataCommand.Create(),
        AugmentCommand.Create(),
        LearningRateCommand.Create(),
        TrainCommand.Create(),
        CompareCommand.Create(),
        TrialCommand.Create(),
        WorkerCommand.Create(),
        EvaluateCommand.Create(),
        PredictCommand.Create(),
        EnsembleCommand.Create(),
        CalibrateCommand.Create(),
        AdaptCommand.Create(),
        ScoreCommand.Create(),
        MergeCommand.Create(),
        ImportCommand.Create(),
        ExportCommand.Create(),
        WeightsCommand.Create(),
    };

    private static int WrongUsage(ParseResult result, string[] args)
    {
        if (args.Length == 0)
        {
            result.RootCommandResult.Command.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitCode.WrongUsage;
        }
        // "pre" is both no command and an unknown one: the second says more.
        var reasons = result.Errors.Select(e => e.Message).Distinct().ToList();
        if (reasons.Count > 1 && result.CommandResult.Command is RootCommand)
            reasons.RemoveAt(0);
        foreach (var reason in reasons)
            Messages.Error(reason);
        SuggestHelp(result);
        return ExitCode.WrongUsage;
    }

    private static void SuggestHelp(ParseResult result)
    {
        var names = new List<string>();
        for (SymbolResult? level = result.CommandResult; level is CommandResult { Command: not RootCommand } command; level = level.Parent)
            names.Insert(0, command.Command.Name + " ");
        Messages.Note($"Run 'mlcnn {string.Concat(names)}--help' to see what can be said.");
    }
}

using System.CommandLine;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>What the command line can say about a training, and where that goes. A new option of a training is one more of these, in one list.</summary>
/// <remarks>Nothing is set that the user did not give: what a preset or the library has there stays.</remarks>
internal sealed class TrainingOption
{
    private readonly Option[] _options;
    private readonly Action<ParseResult, CnnTrainerOptions> _apply;

    private TrainingOption(Option[] options, Action<ParseResult, CnnTrainerOptions> apply) => (_options, _apply) = (options, apply);

    /// <summary>An option with a value that is a reference.</summary>
    public static TrainingOption Of<T>(Option<T> option, Action<CnnTrainerOptions, T> set) where T : class =>
        Of([option], (result, options) => set(options, result.GetRequiredValue(option)));

    /// <summary>An option with a number or one of a few words.</summary>
    public static TrainingOption Of<T>(Option<T?> option, Action<CnnTrainerOptions, T> set) where T : struct =>
        Of([option], (result, options) => set(options, result.GetRequiredValue(option)!.Value));

    /// <summary>An option without a value.</summary>
    public static TrainingOption Flag(string name, string description, Action<CnnTrainerOptions> set)
    {
        var option = new Option<bool>(name) { Description = description };
        return Of([option], (result, options) =>
        {
            if (result.GetValue(option)) // "--resume false" can be said too
                set(options);
        });
    }

    /// <summary>Options that say one thing together.</summary>
    /// <param name="options">All of them.</param>
    /// <param name="apply">Called where the command line holds at least one.</param>
    public static TrainingOption Of(Option[] options, Action<ParseResult, CnnTrainerOptions> apply) => new(options, (result, settings) =>
    {
        if (options.Any(option => result.GetResult(option) is { Implicit: false }))
            apply(result, settings);
    });

    public void AddTo(Command command)
    {
        foreach (var option in _options)
            command.Add(option);
    }

    /// <summary>Sets what the command line says.</summary>
    public void Apply(ParseResult result, CnnTrainerOptions options) => _apply(result, options);
}

namespace Ml.Cnn.Trainers;

/// <summary>What Fit chose for an option that was left open.</summary>
public sealed record CnnChosenOption
{
    internal CnnChosenOption(string name, string value, string reason) => (Name, Value, Reason) = (name, value, reason);

    /// <summary>The option's name, such as "BatchSize" (<see cref="CnnTrainerOptions.BatchSize"/>).</summary>
    public string Name { get; }

    /// <summary>Its value in words, such as "16".</summary>
    public string Value { get; }

    /// <summary>Why, in one sentence without its period.</summary>
    public string Reason { get; }

    /// <summary>"BatchSize 16: the network's own of 64 would leave an epoch of 244 images 4 steps".</summary>
    public override string ToString() => $"{Name} {Value}: {Reason}";
}

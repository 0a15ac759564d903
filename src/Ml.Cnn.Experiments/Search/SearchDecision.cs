namespace Ml.Cnn.Experiments.Search;

/// <summary>What is done next.</summary>
/// <param name="Reason">Why, in a few words for the journal and the user.</param>
internal abstract record SearchDecision(string Reason)
{
    /// <summary>A new trial is trained to the first rung.</summary>
    internal sealed record Start(double[] Point, string Reason) : SearchDecision(Reason);

    /// <summary>A trial is trained to its next rung.</summary>
    internal sealed record Promote(int Trial, string Reason) : SearchDecision(Reason);

    /// <summary>Nothing, until what is under way has a result.</summary>
    internal sealed record Wait(string Reason) : SearchDecision(Reason);

    /// <summary>The experiment is over.</summary>
    internal sealed record End(string Reason) : SearchDecision(Reason);
}

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>The trainings that a process has had with its group, and the failure after which there is no other one.</summary>
internal sealed class GroupTrainings
{
    /// <summary>The number of the one that goes on, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>What this process, or another one of the group, has failed by; null: nothing.</summary>
    public string? Failure { get; private set; }

    /// <summary>Begins another training.</summary>
    /// <exception cref="GroupFailureException">An earlier one has failed: the processes no longer are where the others are.</exception>
    public void Begin()
    {
        if (Failure is { } failure)
            throw GroupFailureException.FailedBefore(failure);
        Number++;
    }

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool Fail(string reason)
    {
        if (Failure is not null)
            return false;
        Failure = reason;
        return true;
    }

    /// <summary>Notes that waiting for the others was in vain.</summary>
    /// <param name="failure">Says why.</param>
    /// <returns>The same, to be thrown.</returns>
    public GroupFailureException End(GroupFailureException failure)
    {
        Failure = failure.Message;
        return failure;
    }

    /// <summary>Before a common operation.</summary>
    /// <exception cref="GroupFailureException">There was a failure.</exception>
    public void RequireSound()
    {
        if (Failure is { } failure)
            throw new GroupFailureException(failure);
    }
}

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>A work that several threads of a team do at once.</summary>
internal interface ITeamWork
{
    /// <summary>Called once by each thread of the team. Nothing may be thrown: the call comes from native code.</summary>
    void Join();
}

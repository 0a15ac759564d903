namespace MlCnn.Testing;

/// <summary>A test that takes longer than its place in every run is worth: tests/all runs it too, the suite leaves it out and says so.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class LongTestAttribute : ConditionBaseAttribute
{
    private const string Variable = "MLCNN_TEST_LONG";

    public LongTestAttribute() : base(ConditionMode.Include) => IgnoreMessage = "Takes long: tests/all runs it.";

    /// <summary>Whether the environment asks for long tests.</summary>
    public static bool IsAskedFor => Environment.GetEnvironmentVariable(Variable) == "1";

    public override bool IsConditionMet => IsAskedFor;

    public override string GroupName => nameof(LongTestAttribute);
}

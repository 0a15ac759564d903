namespace Ml.Cnn.Trainers.Settings;

/// <summary>
/// Marks a setting that may differ between a training and the one that resumes it: how fast, when to stop, or how outputs are named; not which
/// weights come out.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DoesNotAffectResultAttribute : Attribute;

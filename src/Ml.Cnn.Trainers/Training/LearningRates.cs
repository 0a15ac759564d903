namespace Ml.Cnn.Trainers.Training;

/// <summary>The learning rate of every step.</summary>
internal static class LearningRates
{
    /// <param name="schedule">How the rate changes.</param>
    /// <param name="highest">The rate it starts from.</param>
    /// <param name="progress">Share of all steps done, from 0 to 1.</param>
    public static double At(LearningRateSchedule schedule, double highest, double progress) => schedule switch
    {
        LearningRateSchedule.Constant => highest,
        // Loshchilov and Hutter 2016 (SGDR), equation 5 with a lowest rate of 0.
        LearningRateSchedule.Cosine => highest * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))),
        _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "This learning-rate schedule is not known."),
    };
}

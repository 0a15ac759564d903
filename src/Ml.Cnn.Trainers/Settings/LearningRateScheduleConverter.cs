using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>A schedule as its text: "cosine+warmup:5,0.01".</summary>
internal sealed class LearningRateScheduleConverter() : TextConverter<LearningRateSchedule>(LearningRateSchedule.Parse);

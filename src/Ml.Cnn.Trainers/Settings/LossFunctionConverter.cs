using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>A loss as its text: "focal:2".</summary>
internal sealed class LossFunctionConverter() : TextConverter<LossFunction>(LossFunction.Parse);

namespace Ml.Cnn.Trainers;

/// <summary>The options of <c>Trainers.Cnn</c>, which is given its network beside them.</summary>
public sealed class CnnOptions : CnnTrainerOptions;

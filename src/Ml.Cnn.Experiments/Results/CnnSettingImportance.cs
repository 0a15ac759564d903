namespace Ml.Cnn.Experiments;

/// <summary>How much a setting mattered for the score.</summary>
/// <param name="Setting">Its name: "learningRate", "architecture".</param>
/// <param name="Importance">
/// The share of the score's variance over everything that was tried that comes from this setting by itself, 0 to 1; the settings' shares are 1 together but
/// for what settings do in combination.
/// </param>
/// <param name="IsMoreThanChance">Whether it is more than when the setting's values are shuffled among the trials, nineteen times.</param>
public sealed record CnnSettingImportance(string Setting, double Importance, bool IsMoreThanChance);

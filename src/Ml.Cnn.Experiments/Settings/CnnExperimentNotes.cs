namespace Ml.Cnn.Experiments;

/// <summary>
/// Names of notes (<see cref="CnnExperimentSettings.Notes"/>) that mean something: the report and the generated program tell by them where the images are,
/// and the command's workers find them there.
/// </summary>
public static class CnnExperimentNotes
{
    /// <summary>Where the training images are: what the command's --data takes.</summary>
    public const string Data = "data";

    /// <summary>Where the validation images are: what the command's --validation takes.</summary>
    public const string Validation = "validation";

    /// <summary>How the images lie there: "Files", "Archive", "Mnist", "Cifar10", "Cifar100" or "Digits".</summary>
    public const string Form = "form";

    /// <summary>"True" where class folders without an image are left out.</summary>
    public const string AllowsEmptyClasses = "allowsEmptyClasses";
}

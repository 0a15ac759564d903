namespace Ml.Cnn.Trainers;

/// <summary>What is written to <see cref="CnnTrainerOptions.LogFolder"/>.</summary>
[Flags]
public enum TrainingLogs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>epochs.csv: a line for every epoch with the values of <see cref="CnnEpoch"/>.</summary>
    Csv = 1,

    /// <summary>epochs.jsonl: the same, as a JSON object on a line.</summary>
    Json = 2,

    /// <summary>
    /// TensorBoard's event files in the folders train and validation: loss, accuracy, top-5 accuracy, learning rate and images per second, by epoch.
    /// </summary>
    TensorBoard = 4,

    /// <summary>curves.png: loss, accuracy and learning rate over the epochs (<see cref="TrainingCurves"/>), drawn anew while training goes on.</summary>
    Curves = 8,

    /// <summary>All of the above.</summary>
    Epochs = Csv | Json | TensorBoard | Curves,

    /// <summary>
    /// Every step too, in those of the chosen logs that have a place for it: steps.csv and steps.jsonl with the values of <see cref="CnnStep"/>, and
    /// TensorBoard's event files in the folder steps.
    /// </summary>
    Steps = 16,
}

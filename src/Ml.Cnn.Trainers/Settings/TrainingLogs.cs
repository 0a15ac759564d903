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

    /// <summary>All of the above, the default.</summary>
    Epochs = Csv | Json | TensorBoard | Curves,

    /// <summary>
    /// Every step too, in those of the chosen logs that have a place for it: steps.csv and steps.jsonl with the values of <see cref="CnnStep"/>, and
    /// TensorBoard's event files in the folder steps.
    /// </summary>
    Steps = 16,

    /// <summary>
    /// How the validation images of each class were taken, by epoch: classes.csv and classes.jsonl, a line for each class (epoch, class, its images, how many
    /// of them are right, how many images were taken for it), in those of the chosen logs that there are; and for TensorBoard the confusion matrix as a
    /// picture. Nothing without a validation set.
    /// </summary>
    Classes = 32,

    /// <summary>
    /// The first 32 images of the first batch as the network sees them, augmented and mixed: PNG files in the folder batch, named by their places and classes,
    /// and the same for TensorBoard. Nothing where only a head is trained, which sees no images.
    /// </summary>
    Batch = 64,

    /// <summary>For TensorBoard: a histogram of every weight and bias, and the filters of the first convolution as a picture, by epoch.</summary>
    Weights = 128,

    /// <summary>Everything that there is.</summary>
    All = Epochs | Steps | Classes | Batch | Weights,
}

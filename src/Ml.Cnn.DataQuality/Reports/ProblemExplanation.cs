namespace Ml.Cnn.DataQuality.Reports;

/// <summary>What each kind of finding means and what to do about it, for the page.</summary>
internal static class ProblemExplanation
{
    public const string ConfusedClasses = "Images of one class that were taken for the other. Where many of them are wrong labels, the labels are the trouble; "
        + "else the classes are: more images of both, a larger image size, or one class of two would help.";

    public static string Of(DataProblemKind kind) => kind switch
    {
        DataProblemKind.ConflictingDuplicate => "The same image, or nearly, under two labels: one of them is wrong, or an image may have both. Score: how much "
            + "both pictures' gray levels correlate, 1 for equal files. Proposed: leave them out, unless you decide on one label.",
        DataProblemKind.Leak => "These training images are in the validation set too, or nearly: what is measured there is too good. Score: how much both "
            + "pictures' gray levels correlate. Proposed: leave them out of the training set.",
        DataProblemKind.LabelError => "The label is probably wrong. Score: (1 + probability of the proposed class − probability of the label) / 2, from 0.5 to "
            + "1. Proposed: the other class. Look at the first ones; from where on most are right, change the action of the rest to review.",
        DataProblemKind.Duplicate => "The file occurs before with the same label. Proposed: leave it out, since it counts twice and may end up in two folds.",
        DataProblemKind.NearDuplicate => "Nearly the same image occurs before with the same label. Score: how much both pictures' gray levels correlate. "
            + "Harmless within the training data, as long as all of them stay on one side of a split.",
        DataProblemKind.Unreadable => "These files cannot be decoded. Proposed: leave them out; training would refuse them.",
        DataProblemKind.Blank => "Nothing is to be seen on these images. Proposed: leave them out.",
        DataProblemKind.Tiny => "Far smaller than the other images. Score: median deviations below the median of the short sides' logarithm.",
        DataProblemKind.Odd => "Unlike the other images in shape, brightness, contrast, sharpness, frame or color. Score: median deviations from the median. "
            + "Often scans, screenshots, icons or pictures of something else; sometimes just rare images, which one wants to keep.",
        _ => "A network's features of these images are far from those of all others, or of their own class. Score: median deviations above the median of the "
            + "distance's logarithm. Images of something else, or of rare kinds of the class.",
    };
}

using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// What training minimizes of an image: how far the network's output is from the label. <c>Loss = LossFunction.Focal(2)</c>. Immutable.
/// </summary>
/// <remarks>
/// <para>
/// Below, p is the probability that softmax gives the image's class. A batch's loss is the mean over its images, weighted by
/// <see cref="CnnTrainerOptions.ClassWeights"/> and <see cref="CnnTrainerOptions.ExampleWeightColumnName"/>; auxiliary heads have the same loss. Unless said
/// otherwise, a mixed image (mixup, CutMix) has the losses of both its labels in the proportion of its parts, as in the code of Zhang et al. 2017 (mixup).
/// </para>
/// <para>
/// Scores are softmax's probabilities whatever the loss was, and validation measures plain cross-entropy: networks are compared by the same measure. So it is
/// done with binary cross-entropy, too (timm's train.py): softmax keeps the order of the classes, and leaves out the case that none or several are there. How
/// sure the scores are depends on the loss: focal loss, binary cross-entropy and the noise-robust losses give more modest ones than cross-entropy, which
/// <see cref="CnnClassifier.WithCalibration"/> mends.
/// </para>
/// </remarks>
public sealed partial class LossFunction
{
    private readonly string _name;
    private readonly double[] _numbers;

    private LossFunction(string name, double[] numbers, ClassificationLoss loss) => (_name, _numbers, Loss) = (name, numbers, loss);

    /// <summary>−log p. Takes label smoothing.</summary>
    public static LossFunction CrossEntropy { get; } = new("cross-entropy", [], ClassificationLoss.CrossEntropy);

    /// <summary>
    /// The focal loss, −(1 − p)^γ · log p: images that the network is sure of already count less, and hard ones, often those of small classes, more (Lin et al.
    /// 2017, section 3.2, for several classes by softmax). The paper's α are <see cref="CnnTrainerOptions.ClassWeights"/>. Takes label smoothing: the loss is
    /// the sum over the classes, each counting as much as the spread label says.
    /// </summary>
    /// <param name="gamma">γ, 0 or more; 0 is cross-entropy. Default 2, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public static LossFunction Focal(double gamma = 2)
    {
        if (gamma is not (>= 0 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(nameof(gamma), gamma, "0 or more");
        return new("focal", [gamma], new FocalLoss(gamma));
    }

    /// <summary>
    /// Binary cross-entropy: each class by itself is there or not, as a sigmoid says, the mean over the classes (Wightman et al. 2021, "ResNet strikes back",
    /// section 2.2). A mixed image has both its classes, whatever their parts: it is a picture of the two. Takes label smoothing, as timm does: a class that
    /// is there counts 1 − ε + ε / classes, one that is not ε / classes.
    /// </summary>
    /// <remarks>
    /// The gradient of a mean over the classes is smaller than cross-entropy's, the more so the more classes there are. The paper's optimizer is LAMB, whose
    /// steps are as long whatever the loss is multiplied by, and so are those of Adam, AdamW and RMSProp; SGD needs a higher learning rate.
    /// </remarks>
    /// <param name="leastShare">
    /// A mixed image has the classes whose parts of it are larger than this, from 0 to below 0.5. Default 0.2, as in timm's recipes of the paper, where the
    /// corner of an image is none; 0 as in the paper's text.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public static LossFunction BinaryCrossEntropy(double leastShare = 0.2)
    {
        if (leastShare is not (>= 0 and < 0.5))
            throw OptionCheck.Wrong(nameof(leastShare), leastShare, "from 0 to below 0.5");
        return new("binary", [leastShare], new BinaryCrossEntropyLoss(leastShare));
    }

    /// <summary>
    /// Generalized cross-entropy, (1 − p^q) / q, for data with wrong labels: between cross-entropy (q towards 0), which learns wrong labels by heart, and the
    /// mean absolute error (q = 1), which hardly sees single images that contradict all others (Zhang and Sabuncu 2018, equation 6). Takes no label smoothing.
    /// </summary>
    /// <param name="q">Above 0 and at most 1. Default 0.7, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public static LossFunction GeneralizedCrossEntropy(double q = 0.7)
    {
        if (q is not (> 0 and <= 1))
            throw OptionCheck.Wrong(nameof(q), q, "above 0 and at most 1");
        return new("generalized", [q], new GeneralizedCrossEntropyLoss(q));
    }

    /// <summary>
    /// Symmetric cross-entropy, α · cross-entropy + β · reverse cross-entropy, for data with wrong labels (Wang et al. 2019, section 4). The reverse one has
    /// output and label change places, −Σ p log label, where log 0 is a number A below 0; with one right class it is −A · (1 − p). Takes no label smoothing.
    /// </summary>
    /// <param name="alpha">α, 0 or more. Default 0.1, the paper's for CIFAR-10; it has 6 for CIFAR-100.</param>
    /// <param name="beta">β, above 0. Default 1, the paper's for CIFAR-10; it has 0.1 for CIFAR-100.</param>
    /// <param name="logOfZero">A, below 0. Default −4, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static LossFunction SymmetricCrossEntropy(double alpha = 0.1, double beta = 1, double logOfZero = -4)
    {
        if (alpha is not (>= 0 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(nameof(alpha), alpha, "0 or more");
        if (beta is not (> 0 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(nameof(beta), beta, "above 0");
        if (logOfZero is not (< 0 and > double.NegativeInfinity))
            throw OptionCheck.Wrong(nameof(logOfZero), logOfZero, "below 0");
        return new("symmetric", [alpha, beta, logOfZero], new SymmetricCrossEntropyLoss(alpha, beta, logOfZero));
    }

    /// <summary>What computes it.</summary>
    internal ClassificationLoss Loss { get; }
}

namespace Ml.Cnn.Trainers;

/// <summary>The rule that turns gradients into steps. <see cref="OptimizerInfo"/> has the defaults of each.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba 2014).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2017).</summary>
    AdamW,

    /// <summary>RMSProp with momentum (Tieleman and Hinton 2012), as the MobileNets and EfficientNets were trained.</summary>
    RmsProp,

    /// <summary>
    /// Layer-wise adaptive rate scaling for large batches (You, Gitman and Ginsburg 2017): SGD whose steps are in proportion to each layer's weights.
    /// </summary>
    Lars,

    /// <summary>LAMB for large batches (You et al. 2019): Adam's direction, as long in each layer as its weights.</summary>
    Lamb,
}

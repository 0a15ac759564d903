using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>What may be looked at behind an epoch, besides its figures.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Network">With the weights that were validated. Only to be read.</param>
/// <param name="Confusion">
/// Classes × classes: how many validation images of a class, the row, were taken for which, the column. Null without a validation, or where nobody wants it.
/// </param>
internal sealed record EpochDetails(int Epoch, Module<Tensor, Tensor> Network, long[,]? Confusion);

using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Filters whose outputs are uncorrelated and of about the same variance over patches of images (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single
/// GPU", section 3.2, after Page 2019, "How to train your ResNet", part 8): the eigenvectors of the patches' covariance, each over the root of its
/// eigenvalue, and the same with the other sign, so that no activation behind them loses half of what they say.
/// </summary>
internal static class PatchWhitening
{
    private const int ImagesAtOnce = 250;

    /// <summary>How many filters there are: two for each number of a patch.</summary>
    /// <param name="channels">Of the images.</param>
    /// <param name="kernel">Height and width of a patch.</param>
    public static int Filters(int channels, int kernel) => 2 * channels * kernel * kernel;

    /// <summary>Sets a convolution's filters by images.</summary>
    /// <param name="conv">As many filters as <see cref="Filters"/> says.</param>
    /// <param name="images">N × C × H × W.</param>
    /// <param name="epsilon">What is added to the eigenvalues: patches hardly differ in some directions, which would be mostly noise.</param>
    public static void Set(Conv2d conv, Tensor images, double epsilon = 5e-4)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(Covariance(images, conv.Kernel)); // rising; an eigenvector is a column
        var filters = vectors.t().div(values.Plus(epsilon).sqrt().unsqueeze(1)).flip(0); // the largest first
        var shape = conv.Weight.shape;
        conv.Weight.copy_(cat([filters, filters.neg()]).reshape(shape));
    }

    /// <summary>The mean of the products of a patch's numbers, channel by channel, row by row: float64. Patches overlap, and their mean is not taken off.</summary>
    /// <param name="images">N × C × H × W.</param>
    /// <param name="kernel">Height and width of a patch.</param>
    public static Tensor Covariance(Tensor images, Size2d kernel)
    {
        using var scope = NewDisposeScope();
        var length = images.size(1) * kernel.Height * kernel.Width;
        var sum = zeros(length, length, dtype: ScalarType.Float64);
        long patches = 0;
        for (long first = 0; first < images.size(0); first += ImagesAtOnce)
        {
            using var each = NewDisposeScope();
            var some = images.narrow(0, first, Math.Min(ImagesAtOnce, images.size(0) - first));
            var rows = some.unfold(2, kernel.Height, 1).unfold(3, kernel.Width, 1) // N × C × H' × W' × height × width
                .permute(0, 2, 3, 1, 4, 5).reshape(-1, length).to(ScalarType.Float64);
            sum.AddInPlace(rows.t().matmul(rows));
            patches += rows.size(0);
        }
        return sum.Over(patches).MoveToOuterDisposeScope();
    }
}

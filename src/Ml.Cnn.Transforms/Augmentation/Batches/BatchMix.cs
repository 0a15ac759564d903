using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>How the images of one batch are mixed. With x' the batch in the order of the permutation, y its labels as one-hot rows:</summary>
/// <remarks>
/// <c>x = Box is null ? λ·x + (1 − λ)·x' : x with x' inside the box</c>, and always <c>y = λ·y + (1 − λ)·y'</c>, which for the
/// cross entropy is λ · loss(y) + (1 − λ) · loss(y').
/// </remarks>
/// <param name="Permutation">For each image, the number of its partner.</param>
/// <param name="Lambda">λ: the share that each image keeps, from 0 to 1.</param>
/// <param name="Box">CutMix: the part that comes from the partner. Null: the whole is blended; λ = 1 then changes nothing.</param>
internal sealed record BatchMix(int[] Permutation, float Lambda, PixelRectangle? Box);

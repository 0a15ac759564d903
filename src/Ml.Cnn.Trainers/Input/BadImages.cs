using Ml.Cnn.Transforms;
namespace Ml.Cnn.Trainers.Input;

/// <summary>The pictures that could not be used, each once, and what follows from them.</summary>
internal sealed class BadImages(BadImageHandling handling)
{
    private readonly SortedDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    public bool MustFail => handling == BadImageHandling.Fail && _reasons.Count > 0;

    public IReadOnlyList<BadImage> All => [.. _reasons.Select(r => new BadImage(r.Key, r.Value))];

    public void Add(ImageRow row) => _reasons.TryAdd(row.Name, row.Defect!);

    public void ThrowIfMustFail()
    {
        if (MustFail)
            throw new BadImageException(All);
    }
}

using Ml.Cnn.Transforms;
namespace Ml.Cnn.Trainers.Input;

/// <summary>The images that could not be used, each once, and what follows from them. Thread safe.</summary>
internal sealed class BadImages(BadImageHandling handling)
{
    private readonly SortedDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Whether there can be no bad image among those that training has got past.</summary>
    public bool MustFailOnAny => handling == BadImageHandling.Fail;

    public bool MustFail => handling == BadImageHandling.Fail && All.Count > 0;

    public IReadOnlyList<BadImage> All
    {
        get
        {
            lock (_reasons)
                return [.. _reasons.Select(r => new BadImage(r.Key, r.Value))];
        }
    }

    /// <summary>Those that an earlier part of the training came upon.</summary>
    public void Restore(IEnumerable<BadImage> images)
    {
        lock (_reasons)
        {
            foreach (var image in images)
                _reasons.TryAdd(image.File, image.Reason);
        }
    }

    public void Add(ImageRow row)
    {
        lock (_reasons)
            _reasons.TryAdd(row.Name, row.Defect!);
    }

    public void ThrowIfMustFail()
    {
        if (MustFail)
            throw new BadImageException(All);
    }
}

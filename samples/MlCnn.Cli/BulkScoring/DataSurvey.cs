using System.Security.Cryptography;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// A pass over the names of all images before the first is scored: it tells how many there are and whether they are those of last time. Nothing is kept of
/// a name.
/// </summary>
/// <remarks>
/// Of all images the names count, which is what a shard's place depends on; of the shard's own images also the sizes of their files. Sizes of a hundred
/// million files of which others score all but a few would take longer than these few.
/// </remarks>
/// <param name="Data">All images.</param>
/// <param name="Images">How many are in the shard.</param>
/// <param name="ImagesSha256">Of the names and sizes of those.</param>
internal sealed record DataSurvey(DataIdentity Data, long Images, string ImagesSha256)
{
    private const int NamesBetweenLooks = 4096;

    /// <exception cref="CommandException">There are no images.</exception>
    /// <exception cref="OperationCanceledException">It was to stop.</exception>
    public static DataSurvey Of(ImageSequence sequence, Shard shard, CancellationToken stop)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var own = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (images, owned) = (0L, 0L);
        foreach (var name in sequence.Names())
        {
            all.AddName(name);
            if (shard.Owns(images))
            {
                own.AddName(name);
                own.AppendData(BitConverter.GetBytes(sequence.LengthOf(name)));
                owned++;
            }
            if (++images % NamesBetweenLooks == 0)
                stop.ThrowIfCancellationRequested();
        }
        if (images == 0)
            throw new CommandException("--data holds no images.");
        sequence.AddTo(all);
        return new(new(images, all.Text()), owned, own.Text());
    }
}

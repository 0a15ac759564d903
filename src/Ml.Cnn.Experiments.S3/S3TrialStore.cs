using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Ml.Cnn.Experiments.S3;

/// <summary>
/// An experiment's files in a bucket of Amazon S3, or of a store that speaks its protocol and is as consistent: MinIO, Ceph, Cloudflare R2. Members may be
/// called from any thread.
/// </summary>
public sealed class S3TrialStore : ICnnTrialStore, IDisposable
{
    private const string Scheme = "s3://";

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <summary>A part of a bucket. Nothing is asked of the store yet.</summary>
    /// <param name="bucket">The bucket, which is there already.</param>
    /// <param name="prefix">What all names begin with, such as "experiments/pets"; empty: the whole bucket. One for each experiment.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="IOException">No region or no keys are found.</exception>
    public S3TrialStore(string bucket, string prefix = "", S3TrialStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        ArgumentNullException.ThrowIfNull(prefix);
        options ??= new();
        options.Validate();
        (_bucket, _prefix) = (bucket, prefix.Trim('/') is { Length: > 0 } part ? part + "/" : "");
        _client = Client(options);
    }

    /// <summary>The store that a text names: "s3://bucket/experiments/pets".</summary>
    /// <param name="text">The bucket, and what names begin with.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="FormatException">It is no such text.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="IOException">No region or no keys are found.</exception>
    public static S3TrialStore Parse(string text, S3TrialStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : "";
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? rest : rest[..slash];
        return bucket.Length > 0
            ? new(bucket, slash < 0 ? "" : rest[(slash + 1)..], options)
            : throw new FormatException($"'{text}' is no store: it must be s3://BUCKET or s3://BUCKET/PREFIX.");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) => AskAsync("listed", prefix, async () =>
    {
        var names = new List<string>();
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix + prefix };
        while (true)
        {
            var page = await _client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
            names.AddRange((page.S3Objects ?? []).Select(entry => entry.Key[_prefix.Length..]));
            if (page.IsTruncated != true)
                return (IReadOnlyList<string>)names;
            request.ContinuationToken = page.NextContinuationToken;
        }
    });

    /// <inheritdoc/>
    public Task WriteAsync(string name, Stream content, CancellationToken cancellationToken) => AskAsync("written", name, () =>
        _client.PutObjectAsync(new()
        {
            BucketName = _bucket,
            Key = _prefix + name,
            InputStream = content,
            AutoCloseStream = false,
            UseChunkEncoding = false, // which not every store reads
        }, cancellationToken));

    /// <inheritdoc/>
    public Task<Stream?> ReadAsync(string name, CancellationToken cancellationToken) => AskAsync<Stream?>("read", name, async () =>
    {
        try
        {
            var response = await _client.GetObjectAsync(_bucket, _prefix + name, cancellationToken).ConfigureAwait(false);
            return response.ResponseStream;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket")
        {
            return null;
        }
    });

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        AskAsync("deleted", name, () => _client.DeleteObjectAsync(_bucket, _prefix + name, cancellationToken));

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>The bucket, and what names begin with: "s3://bucket/experiments/pets".</summary>
    public override string ToString() => $"{Scheme}{_bucket}/{_prefix}".TrimEnd('/');

    private static AmazonS3Client Client(S3TrialStoreOptions options)
    {
        var address = options.Endpoint?.AbsoluteUri
            ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        var settings = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? address is not null,
            MaxErrorRetry = options.Retries,
            // Checksums of its own are Amazon's alone; TLS and the signature of the content are there all the same.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Region is { } region)
            settings.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (address is not null)
        {
            settings.ServiceURL = address;
            settings.AuthenticationRegion = options.Region ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1";
        }
        try
        {
            return new(settings);
        }
        catch (AmazonClientException e)
        {
            throw new IOException($"The store cannot be used: {e.Message} Set AWS_REGION, or AWS_ENDPOINT_URL for a store that is not Amazon's.", e);
        }
    }

    private async Task<T> AskAsync<T>(string what, string name, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or WebException)
        {
            throw new IOException($"'{_prefix}{name}' in the bucket '{_bucket}' cannot be {what}: {e.Message}", e);
        }
    }
}

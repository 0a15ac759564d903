namespace Ml.Cnn.Experiments.S3;

/// <summary>How a bucket is reached. Keys are found as every program of AWS finds them: environment, profile, the machine's role.</summary>
public sealed class S3TrialStoreOptions
{
    /// <summary>
    /// The address of a store that is not Amazon's, such as "http://minio.example.org:9000". Default null: that of the environment variable
    /// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, and else Amazon's.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The bucket's region, such as "eu-central-1". Default null: as the environment or the profile says, and "us-east-1" with an endpoint.</summary>
    public string? Region { get; set; }

    /// <summary>Whether the bucket stands in the path of addresses rather than in the name of the host. Default null: with an endpoint.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>How often a request is tried again that fails by the network or the store, 0 to 100; the waits grow up to 20 seconds. Default 10.</summary>
    public int Retries { get; set; } = 10;

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate()
    {
        if (Retries is < 0 or > 100)
            throw new ArgumentOutOfRangeException(nameof(Retries), Retries, "The number of tries must be 0 to 100.");
        if (Endpoint is { } address && !(address.IsAbsoluteUri && address.Scheme is ("http" or "https")))
            throw new ArgumentOutOfRangeException(nameof(Endpoint), address, "The address must begin with http:// or https://.");
    }
}

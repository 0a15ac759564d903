using System.ComponentModel.DataAnnotations;

namespace WebApi;

/// <summary>What clients may ask for: the section "Limits".</summary>
internal sealed class LimitOptions
{
    /// <summary>What a form may take beside its images.</summary>
    public const int FormBytes = 64 * 1024;

    /// <summary>Bytes of an image file. Default 10 MiB.</summary>
    [Range(1, 1 << 30)]
    public int MaximumBytes { get; set; } = 10 << 20;

    /// <summary>Bytes of all files of a batch. Default 50 MiB.</summary>
    [Range(1, 1 << 30)]
    public int MaximumBatchBytes { get; set; } = 50 << 20;

    /// <summary>Files of a batch. Default 16.</summary>
    [Range(1, 1000)]
    public int MaximumBatchImages { get; set; } = 16;

    /// <summary>Width × height of an image, whatever the size of its file. Default 50 million, which take 200 MB.</summary>
    [Range(1, 178_956_970)]
    public int MaximumPixels { get; set; } = 50_000_000;

    /// <summary>Requests a second of one client in the long run; 0: no limit. Default 20.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>Requests that a client may make at once, after a pause. Default 60.</summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 60;

    /// <summary>Requests of all clients that are read or answered at once. Default 128.</summary>
    [Range(1, 1_000_000)]
    public int MaximumRequests { get; set; } = 128;

    /// <summary>How long an upload may take. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How fast an upload must be on average, after the grace period. Default 1024 bytes a second.</summary>
    [Range(1, 1 << 30)]
    public int UploadBytesPerSecond { get; set; } = 1024;

    /// <summary>How long an upload may be slower. Default 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01.1", "00:10:00")]
    public TimeSpan UploadGracePeriod { get; set; } = TimeSpan.FromSeconds(5);
}

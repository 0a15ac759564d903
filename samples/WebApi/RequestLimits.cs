using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace WebApi;

/// <summary>How often a client may ask (429), and how many requests there may be at once (503), so that memory is bounded.</summary>
internal static class RequestLimits
{
    public static void AddRequestLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<LimitOptions>>((options, limits) =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.CreateChained(PerClient(limits.Value), AtOnce(limits.Value));
            options.OnRejected = async (context, _) =>
            {
                // Only the limiter of a client's rate knows when there is room again.
                var result = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter)
                    ? Refusals.Result(context.HttpContext, Refusals.TooManyRequests, "Wait as long as Retry-After says.", retryAfter)
                    : Refusals.Result(context.HttpContext, Refusals.Busy, "As many requests are being answered as the service takes at once.");
                await result.ExecuteAsync(context.HttpContext);
            };
        });
    }

    private static PartitionedRateLimiter<HttpContext> PerClient(LimitOptions limits) => PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
        limits.RequestsPerSecond > 0 && HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetTokenBucketLimiter(Client(context), _ => new()
            {
                TokenLimit = limits.Burst,
                TokensPerPeriod = limits.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            })
            : RateLimitPartition.GetNoLimiter(IPAddress.Any));

    private static PartitionedRateLimiter<HttpContext> AtOnce(LimitOptions limits) => PartitionedRateLimiter.Create<HttpContext, bool>(context =>
        HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetConcurrencyLimiter(true, _ => new() { PermitLimit = limits.MaximumRequests })
            : RateLimitPartition.GetNoLimiter(false));

    // A client of IPv6 has a whole network of addresses.
    private static IPAddress Client(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new(bytes);
    }
}

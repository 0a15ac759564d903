using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Ml.Cnn.Trainers;

namespace WebApi;

/// <summary>All refusals, and how they are told: problem details (RFC 9457), whose "type" and "code" clients can rely on.</summary>
internal static class Refusals
{
    public const string TypePrefix = "/problems/";

    public static readonly Refusal NoImage = new("no-image", 400, "There is no image in the request.");
    public static readonly Refusal BadForm = new("bad-form", 400, "The form cannot be read.");
    public static readonly Refusal BadRequest = new("bad-request", 400, "The request is malformed.");
    public static readonly Refusal SlowUpload = new("slow-upload", 408, "The upload takes too long.");
    public static readonly Refusal TooManyBytes = new("too-many-bytes", 413, "The upload is too large.");
    public static readonly Refusal TooManyImages = new("too-many-images", 413, "There are too many images in the request.");
    public static readonly Refusal UnsupportedType = new("unsupported-type", 415, "The content type is not supported.");
    public static readonly Refusal NotAnImage = new("not-an-image", 415, "The file is not an image of a known format.");
    public static readonly Refusal BadImage = new("bad-image", 422, "The image cannot be decoded.");
    public static readonly Refusal TooManyPixels = new("too-many-pixels", 422, "The image has too many pixels.");
    public static readonly Refusal TooManyRequests = new("too-many-requests", 429, "This client asks too often.", RetryAfter: 1);
    public static readonly Refusal Busy = new("busy", 503, "The service is busy.", RetryAfter: 1);
    public static readonly Refusal NoModel = new("no-model", 503, "The service has no model yet.", RetryAfter: 10);
    public static readonly Refusal Stopping = new("stopping", 503, "The service is being stopped.", RetryAfter: 5);

    private static readonly Refusal[] s_all =
    [
        NoImage, BadForm, BadRequest, SlowUpload, TooManyBytes, TooManyImages, UnsupportedType, NotAnImage, BadImage, TooManyPixels, TooManyRequests, Busy,
        NoModel, Stopping,
        new("not-found", 404, "There is nothing at this address."),
        new("method-not-allowed", 405, "The method is not allowed at this address."),
        new("internal-error", 500, "Something went wrong in the service."),
    ];

    /// <summary>What an exception means to the client; null if it is a fault of the service.</summary>
    public static (Refusal Refusal, string Detail)? Of(Exception exception) => exception switch
    {
        RefusalException e => (e.Refusal, e.Message),
        BadHttpRequestException { StatusCode: 408 } => (SlowUpload, "The data came more slowly than the service waits for."),
        BadHttpRequestException { StatusCode: 413 } => (TooManyBytes, "The body is larger than the service takes."),
        BadHttpRequestException e => (BadRequest, e.Message),
        BadImageException e => (BadImage, e.Images[0].Reason),
        CnnPredictorBusyException or TimeoutException => (Busy, exception.Message),
        ObjectDisposedException => (Stopping, "Try again: another instance may answer."),
        _ => null,
    };

    /// <summary>Answers with a refusal.</summary>
    public static IResult Result(HttpContext context, Refusal refusal, string detail, TimeSpan? retryAfter = null)
    {
        if (refusal.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter =
                Math.Max(seconds, (int)Math.Ceiling(retryAfter?.TotalSeconds ?? 0)).ToString(CultureInfo.InvariantCulture);
        }
        return Results.Problem(new ProblemDetails { Status = refusal.Status, Detail = detail, Extensions = { ["code"] = refusal.Code } });
    }

    /// <summary>Gives a problem its type, code and title: by its code, or else by its status.</summary>
    public static void Complete(ProblemDetails problem)
    {
        var code = problem.Extensions.TryGetValue("code", out var value) ? value as string : null;
        var refusal = s_all.FirstOrDefault(refusal => code is null ? refusal.Status == problem.Status : refusal.Code == code);
        if (refusal is null)
            return;
        (problem.Type, problem.Title) = (TypePrefix + refusal.Code, refusal.Title);
        problem.Extensions["code"] = refusal.Code;
    }

    /// <summary>What the address in "type" shows.</summary>
    public static IResult Explain(string code) => s_all.FirstOrDefault(refusal => refusal.Code == code) is { } refusal
        ? Results.Json(new { refusal.Code, refusal.Status, refusal.Title })
        : Results.NotFound();
}

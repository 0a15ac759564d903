using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace WebApi;

/// <summary>An image file of a request.</summary>
/// <param name="Name">The file's name, as the client says; null for a body that is the image.</param>
/// <param name="Bytes">Its content.</param>
internal sealed record UploadedImage(string? Name, ReadOnlyMemory<byte> Bytes);

/// <summary>Reads the images of a request: a body that is one, or a form with one or several, whatever its fields are called.</summary>
internal sealed class UploadReader(IOptions<LimitOptions> limits)
{
    private readonly LimitOptions _limits = limits.Value;

    /// <param name="request">Its size is not limited by the web server, which would close the connection of who sends more: the client would often see
    /// that alone, and no reason. What is not read here the server throws away, for some seconds.</param>
    /// <param name="maximumImages">How many images it may bring.</param>
    /// <param name="maximumBytes">How many bytes they may have in all.</param>
    /// <returns>At least one image.</returns>
    /// <exception cref="RefusalException">There is none, there are too many, or they are too large.</exception>
    /// <exception cref="BadHttpRequestException">The body comes too slowly.</exception>
    public async Task<IReadOnlyList<UploadedImage>> ReadAsync(HttpRequest request, int maximumImages, int maximumBytes)
    {
        if (request.ContentLength > (long)maximumBytes + LimitOptions.FormBytes)
            throw TooManyBytes(maximumBytes);
        var aborted = request.HttpContext.RequestAborted;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        timeout.CancelAfter(_limits.UploadTimeout);
        try
        {
            var images = await ReadAsync(request, maximumImages, maximumBytes, timeout.Token);
            return images.Count > 0 ? images : throw new RefusalException(Refusals.NoImage, "Send an image as the body, or as a file of a form.");
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            throw new RefusalException(Refusals.SlowUpload, FormattableString.Invariant(
                $"The upload took longer than {_limits.UploadTimeout.TotalSeconds:0.###} seconds."));
        }
    }

    private async Task<List<UploadedImage>> ReadAsync(HttpRequest request, int maximumImages, int maximumBytes, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw Unsupported(request.ContentType);
        if (type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = await ReadAsync(request.Body, Math.Min(_limits.MaximumBytes, maximumBytes), cancellationToken);
            return bytes.IsEmpty ? [] : [new(Name: null, bytes)];
        }
        if (!type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw Unsupported(request.ContentType);
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > 70) // RFC 2046
            throw new RefusalException(Refusals.BadForm, "The content type names no boundary, or one of more than 70 characters.");
        try
        {
            var reader = new MultipartReader(boundary, request.Body) { BodyLengthLimit = _limits.MaximumBytes + LimitOptions.FormBytes };
            return await ReadFormAsync(reader, maximumImages, maximumBytes, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException && !cancellationToken.IsCancellationRequested))
        {
            throw new RefusalException(Refusals.BadForm, e.Message);
        }
    }

    private async Task<List<UploadedImage>> ReadFormAsync(MultipartReader reader, int maximumImages, int maximumBytes, CancellationToken cancellationToken)
    {
        List<UploadedImage> images = [];
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.GetContentDispositionHeader() is not { } disposition || !disposition.IsFileDisposition())
                continue; // a field without a file says nothing here
            if (images.Count == maximumImages)
                throw new RefusalException(Refusals.TooManyImages, FormattableString.Invariant($"A request may bring {maximumImages} here."));
            var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
            var bytes = await ReadAsync(section.Body, Math.Min(_limits.MaximumBytes, maximumBytes), cancellationToken);
            images.Add(new(name, bytes));
            maximumBytes -= bytes.Length;
        }
        return images;
    }

    // Memory grows with what came, not with what the client says will come.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, int maximumBytes, CancellationToken cancellationToken)
    {
        var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (content.Length + read > maximumBytes)
                throw TooManyBytes(maximumBytes);
            content.Write(buffer, 0, read);
        }
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static RefusalException TooManyBytes(int maximum) => new(Refusals.TooManyBytes, FormattableString.Invariant(
        $"There is room for {maximum} bytes."));

    private static RefusalException Unsupported(string? contentType) =>
        new(Refusals.UnsupportedType, $"The content type is '{contentType}'; image/* and multipart/form-data are supported.");
}

namespace WebApi;

/// <summary>Turns what a handler throws about the client's request into a refusal.</summary>
internal sealed class RefusalFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (context.HttpContext.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest); // the client has gone; this is for the log
        }
        catch (Exception e) when (Refusals.Of(e) is { } refused)
        {
            return Refusals.Result(context.HttpContext, refused.Refusal, refused.Detail);
        }
    }
}

namespace WebApi;

/// <summary>A reason why a request is not answered.</summary>
/// <param name="Code">Stays the same from version to version: for programs.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">For people.</param>
/// <param name="RetryAfter">After how many seconds another try may help; null if it does not.</param>
internal sealed record Refusal(string Code, int Status, string Title, int? RetryAfter = null);

/// <summary>Ends a request with a refusal.</summary>
/// <param name="refusal">Which.</param>
/// <param name="detail">What was wrong with this request.</param>
internal sealed class RefusalException(Refusal refusal, string detail) : Exception(detail)
{
    public Refusal Refusal => refusal;
}

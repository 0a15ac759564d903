using Microsoft.Extensions.Options;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Extensions;

/// <summary>Checks the options when the host starts, or when the predictor is first asked for.</summary>
internal sealed class CnnPredictorServiceOptionsValidation : IValidateOptions<CnnPredictorServiceOptions>
{
    public ValidateOptionsResult Validate(string? name, CnnPredictorServiceOptions options)
    {
        List<string> failures = [];
        Require(!string.IsNullOrWhiteSpace(options.ModelPath), nameof(options.ModelPath), options.ModelPath, "the path of a model.zip");
        Require(options.PollingInterval is not { } interval || (interval >= TimeSpan.FromSeconds(0.1) && interval <= TimeSpan.FromDays(1)),
            nameof(options.PollingInterval), options.PollingInterval, "from 0.1 seconds to 1 day, or null");
        Require(options.SettleTime >= TimeSpan.Zero && options.SettleTime <= TimeSpan.FromMinutes(1), nameof(options.SettleTime), options.SettleTime,
            "from 0 to 1 minute");
        Require(options.DegradedQueueShare is > 0 and <= 1, nameof(options.DegradedQueueShare), options.DegradedQueueShare, "above 0 and at most 1");
        if (options.Predictor is null)
            Require(false, nameof(options.Predictor), "null", "set");
        else
            AddFailure(options.Predictor);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void AddFailure(CnnPredictorOptions predictor)
        {
            try
            {
                predictor.Validate();
            }
            catch (ArgumentOutOfRangeException e)
            {
                failures.Add($"{Of(name)}{e.Message.ReplaceLineEndings(" ")}");
            }
        }

        void Require(bool isMet, string option, object? value, string range)
        {
            if (!isMet)
                failures.Add(FormattableString.Invariant($"{Of(name)}{nameof(CnnPredictorServiceOptions)}.{option} must be {range}, and is '{value}'."));
        }
    }

    private static string Of(string? name) => string.IsNullOrEmpty(name) ? "" : $"The predictor '{name}': ";
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>A range of numbers, both ends included. A pair of numbers becomes one: <c>(0.08, 1)</c>. In JSON: <c>[0.08, 1]</c>.</summary>
/// <param name="Minimum">The lower end.</param>
/// <param name="Maximum">The upper end.</param>
[JsonConverter(typeof(IntervalConverter))]
public readonly record struct Interval(double Minimum, double Maximum)
{
    /// <summary>A pair of numbers as a range.</summary>
    /// <param name="range">The lower and the upper end.</param>
    public static implicit operator Interval((double Minimum, double Maximum) range) => new(range.Minimum, range.Maximum);

    /// <summary>The ends as (minimum, maximum).</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Minimum}, {Maximum})");

    /// <summary>The range itself if it is in order and within bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal Interval Checked(string name, double lowest, double highest)
    {
        if (Minimum >= lowest && Maximum <= highest && Minimum <= Maximum)
            return this;
        throw new ArgumentOutOfRangeException(name, this,
            string.Create(CultureInfo.InvariantCulture, $"The range {name} must run upwards and lie within {lowest} and {highest}."));
    }

    /// <summary>Stands in for a parameter that was left out: no step takes a range of nothing but 0 where this is asked.</summary>
    internal Interval OrDefault(double minimum, double maximum) => this == default ? new(minimum, maximum) : this;
}

/// <summary>A range as an array of two numbers.</summary>
internal sealed class IntervalConverter : JsonConverter<Interval>
{
    public override Interval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<double[]>(ref reader, options) is [var minimum, var maximum]
            ? new(minimum, maximum)
            : throw new JsonException("A range is an array of two numbers.");

    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Minimum);
        writer.WriteNumberValue(value.Maximum);
        writer.WriteEndArray();
    }
}

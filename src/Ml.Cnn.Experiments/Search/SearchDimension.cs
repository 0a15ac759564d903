namespace Ml.Cnn.Experiments.Search;

/// <summary>One thing that is searched over. A point of the search has a coordinate from 0 to below 1 for each.</summary>
/// <param name="Name">As users know it: "learningRate".</param>
/// <param name="Choices">How many values there are; 0 for a number on a scale.</param>
/// <param name="IsOrdered">Whether neighboring choices are alike, as sizes are and architectures are not.</param>
internal sealed record SearchDimension(string Name, int Choices, bool IsOrdered)
{
    public static SearchDimension Scale(string name) => new(name, 0, IsOrdered: true);

    public static SearchDimension Ordered(string name, int choices) => new(name, choices, IsOrdered: true);

    public static SearchDimension Category(string name, int choices) => new(name, choices, IsOrdered: false);

    /// <summary>The choice that a coordinate stands for.</summary>
    public int Choice(double coordinate) => Math.Clamp((int)(coordinate * Choices), 0, Choices - 1);

    /// <summary>The coordinate in the middle of a choice.</summary>
    public double Coordinate(int choice) => (choice + 0.5) / Choices;
}

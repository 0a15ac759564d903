using System.Globalization;
using System.Text;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;

namespace MlCnn.Docs;

/// <summary>The table of networks in docs/networks.md, from the catalog.</summary>
internal static class NetworkTable
{
    /// <summary>One row per family.</summary>
    public static string Markdown()
    {
        var table = new StringBuilder("| Family | Networks and their parameters | Images | Paper |\n|---|---|---|---|");
        foreach (var family in ArchitectureCatalog.All.GroupBy(architecture => architecture.Family))
        {
            var networks = string.Join("; ", family.Select(architecture =>
                string.Create(CultureInfo.InvariantCulture, $"`{architecture.Name}` {CnnSummary.Of(architecture).Parameters:N0}")));
            var sizes = string.Join(", ", family.Select(architecture => $"{architecture.ImageSize}²").Distinct());
            table.Append(CultureInfo.InvariantCulture, $"\n| {family.Key} | {networks} | {sizes} | {family.First().Paper} |");
        }
        return table.ToString();
    }
}

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>The leaderboard as a table in plain text.</summary>
internal static class LeaderboardText
{
    public static string Write(CnnLeaderboard leaderboard, int rows)
    {
        var columns = LeaderboardColumn.For(leaderboard);
        string[][] lines =
        [
            [.. columns.Select(column => column.Heading)],
            .. leaderboard.Rows.Take(rows).Select(row => columns.Select(column => column.Text(row)).ToArray()),
        ];
        var widths = columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        var text = new System.Text.StringBuilder();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => columns[i].IsNumber ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
        return text.ToString();
    }
}

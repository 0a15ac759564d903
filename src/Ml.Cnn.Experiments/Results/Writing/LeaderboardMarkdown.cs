using System.Text;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>The leaderboard as a table in GitHub's Markdown.</summary>
internal static class LeaderboardMarkdown
{
    public static string Write(CnnLeaderboard leaderboard, int rows)
    {
        var columns = LeaderboardColumn.For(leaderboard);
        var text = new StringBuilder();
        Append(columns.Select(column => column.Heading));
        Append(columns.Select(column => column.IsNumber ? "--:" : ":--"));
        foreach (var row in leaderboard.Rows.Take(rows))
            Append(columns.Select(column => Escaped(column.Text(row))));
        text.Append("\nFrom best: \"chance\" where the difference from the best trial is no more than the choice of the validation images explains "
            + "(paired test, Holm's correction, 5 %).\n");
        return text.ToString();

        void Append(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    // Names of files and of networks may hold anything.
    private static string Escaped(string cell)
    {
        var text = new StringBuilder(cell.Length);
        foreach (var character in cell)
        {
            if (character is '\r' or '\n')
            {
                text.Append(' ');
                continue;
            }
            if (character is '|' or '\\' or '`' or '*' or '_' or '<' or '>' or '[' or ']')
                text.Append('\\');
            text.Append(character);
        }
        return text.ToString();
    }
}

namespace MlCnn.Docs;

/// <summary>The repository's Markdown files and the code that they quote.</summary>
internal sealed class Documents
{
    private Documents(string repository) => Repository = repository;

    /// <summary>The repository's folder.</summary>
    public string Repository { get; }

    /// <summary>Every Markdown file at the root, build/README.md and everything in docs.</summary>
    public IEnumerable<string> Files =>
    [
        .. Directory.GetFiles(Repository, "*.md").Order(StringComparer.Ordinal),
        Path.Join(Repository, "build", "README.md"),
        .. Directory.GetFiles(Path.Join(Repository, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
    ];

    /// <summary>The documents of the repository that this program was built in.</summary>
    public static Documents Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Join(folder.FullName, "MlCnn.sln")))
            folder = folder.Parent;
        return new(folder?.FullName ?? throw new DirectoryNotFoundException($"There is no MlCnn.sln above {AppContext.BaseDirectory}."));
    }

    /// <summary>What a document holds of generated content, compared with its source.</summary>
    /// <returns>The document as it should be, and what is wrong with it as it is.</returns>
    public (string Text, IReadOnlyList<string> Problems) Check(string file) =>
        GeneratedBlocks.Check(File.ReadAllText(file), Path.GetRelativePath(Repository, file).Replace('\\', '/'), Snippets(), NetworkTable.Markdown);

    /// <summary>Writes every document as it should be.</summary>
    /// <returns>What was wrong and what still is.</returns>
    public IEnumerable<string> Update()
    {
        foreach (var file in Files)
        {
            var (text, problems) = Check(file);
            if (problems.Count > 0)
                File.WriteAllText(file, text);
            foreach (var problem in problems)
                yield return problem;
        }
    }

    /// <summary>Every snippet of the tests and samples, by its name.</summary>
    public IReadOnlyDictionary<string, string> Snippets()
    {
        var snippets = new Dictionary<string, string>();
        string[] folders =
        [
            .. Directory.GetDirectories(Path.Join(Repository, "tests"), "*.Tests").Select(project => Path.Join(project, "Snippets")).Where(Directory.Exists),
            Path.Join(Repository, "samples"),
        ];
        foreach (var file in folders.SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
            foreach (var (name, code) in SnippetSource.Read(File.ReadAllLines(file), Path.GetRelativePath(Repository, file)))
                if (!snippets.TryAdd(name, code))
                    throw new InvalidDataException($"The snippet '{name}' of {Path.GetRelativePath(Repository, file)} has the name of an earlier one.");
        return snippets;
    }
}

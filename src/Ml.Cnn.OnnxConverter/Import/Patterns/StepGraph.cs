namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>The steps of a network that is being made, and who takes what each gives.</summary>
internal sealed class StepGraph
{
    private readonly Dictionary<ImportStep, HashSet<ImportStep>> _users = [];

    private readonly ImportBudget _budget;

    /// <param name="steps">The images first, then each after what it takes.</param>
    /// <param name="output">The one that the network gives.</param>
    /// <param name="budget">What weights that are computed of others may take.</param>
    public StepGraph(IEnumerable<ImportStep> steps, ImportStep output, ImportBudget budget)
    {
        Steps = [.. steps];
        (Output, _budget) = (output, budget);
        foreach (var step in Steps)
            _users[step] = [];
        foreach (var step in Steps)
        {
            foreach (var input in step.Inputs)
                _users[input].Add(step);
        }
    }

    /// <summary>Each after what it takes; some perhaps no longer needed: see <see cref="Sweep"/>.</summary>
    public List<ImportStep> Steps { get; private set; }

    /// <summary>The images.</summary>
    public ImportStep Source => Steps[0];

    /// <summary>What the network gives.</summary>
    public ImportStep Output { get; private set; }

    /// <summary>Those that take what a step gives.</summary>
    public IReadOnlyCollection<ImportStep> Users(ImportStep step) => _users[step];

    /// <summary>The one that alone takes what a step gives, once; null where there is none, or the network gives it.</summary>
    public ImportStep? OnlyUser(ImportStep step) => step != Output && _users[step] is { Count: 1 } users && users.First() is var user
        && user.Inputs.Count(input => input == step) == 1 ? user : null;

    /// <summary>Whether a step's only purpose is another.</summary>
    public bool IsOnlyFor(ImportStep step, ImportStep user) => OnlyUser(step) == user;

    /// <summary>Makes a step another operation on other inputs, which come before it. Its output stays in its place.</summary>
    /// <param name="step">The step.</param>
    /// <param name="kind">The operation.</param>
    /// <param name="inputs">What it takes.</param>
    /// <param name="attributes">Names and values.</param>
    public void Become(ImportStep step, string kind, IReadOnlyList<ImportStep> inputs, params (string Name, object Value)[] attributes)
    {
        foreach (var input in step.Inputs)
            _users[input].Remove(step);
        step.Kind = kind;
        step.Inputs.Clear();
        step.Inputs.AddRange(inputs);
        foreach (var input in inputs)
            _users[input].Add(step);
        step.Attributes.Clear();
        foreach (var (name, value) in attributes)
            step.Attributes.Add(name, value);
    }

    /// <summary>Lets those that take what a step gives take something else, which comes before it. The step takes part in nothing more.</summary>
    public void Replace(ImportStep step, ImportStep by)
    {
        foreach (var user in _users[step])
        {
            for (var i = 0; i < user.Inputs.Count; i++)
            {
                if (user.Inputs[i] == step)
                    user.Inputs[i] = by;
            }
            _users[by].Add(user);
        }
        _users[step].Clear();
        foreach (var input in step.Inputs)
            _users[input].Remove(step); // which nobody needs now
        if (Output == step)
            Output = by;
    }

    /// <summary>Takes memory for weights that are computed of others.</summary>
    /// <exception cref="OnnxFormatException">There is no more.</exception>
    public void Take(ImportStep step, long numbers)
    {
        if (step.Node is { } node)
            _budget.Take(node, numbers * sizeof(float));
    }

    /// <summary>Puts a step before one that it is for.</summary>
    public ImportStep Insert(ImportStep before, ImportStep step)
    {
        step.Shape = ShapeRules.Of(step, [.. step.Inputs.Select(input => input.Shape)]) ?? throw step.Wrong("cannot take what comes to it");
        Steps.Insert(Steps.IndexOf(before), step);
        _users[step] = [];
        foreach (var input in step.Inputs)
            _users[input].Add(step);
        return step;
    }

    /// <summary>Puts a step behind all others, whose output is the network's from now on.</summary>
    public ImportStep Append(ImportStep step)
    {
        step.Shape = ShapeRules.Of(step, [.. step.Inputs.Select(input => input.Shape)]) ?? throw step.Wrong("cannot take what comes to it");
        Steps.Add(step);
        _users[step] = [];
        foreach (var input in step.Inputs)
            _users[input].Add(step);
        return Output = step;
    }

    /// <summary>Takes away what does not lead to the output.</summary>
    public void Sweep()
    {
        var needed = new HashSet<ImportStep> { Source, Output };
        for (var i = Steps.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(Steps[i]))
                needed.UnionWith(Steps[i].Inputs);
        }
        foreach (var step in Steps.Where(step => !needed.Contains(step)))
        {
            foreach (var input in step.Inputs)
                _users[input].Remove(step);
        }
        Steps = [.. Steps.Where(needed.Contains)];
    }
}

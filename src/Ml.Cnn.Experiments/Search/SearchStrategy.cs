namespace Ml.Cnn.Experiments.Search;

/// <summary>Decides what to try next: a function of its own settings, the seed and the view, and of nothing else.</summary>
internal abstract class SearchStrategy
{
    public abstract SearchDecision Next(SearchView view);
}

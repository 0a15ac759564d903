namespace Ml.Cnn.Trainers;

/// <summary>Identifiers of the parts of the public API that may still change; docs/experimental.md says why, and how to use them all the same.</summary>
internal static class ExperimentalApi
{
    /// <summary>The layers that networks are built from.</summary>
    public const string Layers = "MLCNN001";
}

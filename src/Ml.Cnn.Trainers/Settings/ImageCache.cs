namespace Ml.Cnn.Trainers;

/// <summary>Where decoded images are kept for the next epoch.</summary>
public enum ImageCache
{
    /// <summary>Nowhere: every epoch decodes again. Memory does not grow with the data.</summary>
    None,

    /// <summary>In memory.</summary>
    Memory,

    /// <summary>
    /// In a memory-mapped temporary file (in MLContext.TempFilePath's folder): the system keeps as much of it in memory as there is room for.
    /// </summary>
    File,
}

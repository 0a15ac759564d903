namespace MlCnn.Cli;

/// <summary>A row of ML.NET data with an image's path.</summary>
internal sealed class ImageFile
{
    public string ImagePath { get; set; } = "";
}

namespace MlCnn.Cli;

/// <summary>A row of ML.NET data with a picture's path.</summary>
internal sealed class PictureFile
{
    public string ImagePath { get; set; } = "";
}

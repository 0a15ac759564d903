using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>
/// The folders that the documents' snippets speak of, as the current folder, gone after the test: flowers/train and flowers/test, with one drawn
/// image per class.
/// </summary>
internal sealed class Flowers : IDisposable
{
    private readonly string _before = Environment.CurrentDirectory;
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-").FullName;

    public Flowers()
    {
        (string Name, SKColor Color)[] classes =
        [
            ("daisy", SKColors.White), ("dandelion", SKColors.Yellow), ("rose", SKColors.Red), ("sunflower", SKColors.Orange), ("tulip", SKColors.Purple),
        ];
        foreach (var (name, color) in classes)
        {
            Draw($"flowers/train/{name}/1.png", color, 14);
            Draw($"flowers/test/{name}/1.png", color, 17);
        }
        Environment.CurrentDirectory = _folder;
    }

    private void Draw(string file, SKColor color, float radius)
    {
        using var bitmap = new SKBitmap(64, 48);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = color };
        canvas.Clear(SKColors.Green);
        canvas.DrawCircle(32, 24, radius, paint);
        var path = Path.Join(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        File.WriteAllBytes(path, png.ToArray());
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(_folder, recursive: true);
    }
}

using SkiaSharp;

namespace Ml.Cnn.Transforms.Sources.Digits;

/// <summary>Draws digits, white on black. Not for several threads at once; what it draws depends only on the random numbers it is given.</summary>
internal sealed class DigitPainter
{
    // All sizes are shares of the image's side, so that larger images look the same; MNIST's digits are 20 of 28 pixels high.
    private const float LeastHeight = 0.58f;
    private const float MostHeight = 0.78f;
    private const float LeastStroke = 0.05f;
    private const float MostStroke = 0.12f;
    private const float MostBlur = 0.028f;
    private const float MostShift = 0.07f;
    private const float LeastMargin = 0.02f;
    private const float MostSlant = 0.35f; // tangent
    private const float MostTurn = 0.2f; // radians
    private const float MostWarp = 7f; // of the 100 × 140 units of a face
    private const float LeastContrast = 0.5f;
    private const float MostNoise = 30f; // gray levels, standard deviation

    private readonly int _size;
    private readonly SKPath[][] _faces;
    private readonly float[] _blurred;

    public DigitPainter(int size)
    {
        _size = size;
        _faces = [.. DigitFaces.Paths.Select(face => face.Select(SKPath.ParseSvgPathData).ToArray())];
        _blurred = new float[size * size];
    }

    /// <summary>Draws one digit.</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="random">Everything about the image but the digit.</param>
    /// <param name="pixels">Takes size × size bytes.</param>
    public void Paint(int digit, RowRandom random, Span<byte> pixels)
    {
        using var path = Warp(_faces[random.Next(_faces.Length)][digit], ref random);
        path.Transform(Shape(ref random));
        using var pen = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            Color = SKColors.White,
            // A pen below one pixel would only be paler.
            StrokeWidth = Math.Max(1, random.Between(LeastStroke, MostStroke) * _size),
            StrokeCap = random.Next(2) == 0 ? SKStrokeCap.Round : SKStrokeCap.Butt,
            StrokeJoin = random.Next(2) == 0 ? SKStrokeJoin.Round : SKStrokeJoin.Miter,
        };
        path.Transform(Place(path.TightBounds, pen.StrokeWidth, ref random));

        using var bitmap = new SKBitmap(new SKImageInfo(_size, _size, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Black);
        canvas.DrawPath(path, pen);
        var blur = random.Between(0, MostBlur) * _size;
        var contrast = random.Between(LeastContrast, 1);
        // Clean images among noisy ones.
        var noise = Math.Max(0, random.Between(-MostNoise, MostNoise));
        GaussianBlur.Apply(bitmap.GetPixelSpan(), bitmap.RowBytes, _size, blur, _blurred);

        for (var i = 0; i < pixels.Length; i += 2)
        {
            var (first, second) = noise > 0 ? random.NextNormal() : default;
            pixels[i] = ToByte(_blurred[i] * contrast + first * noise);
            if (i + 1 < pixels.Length)
                pixels[i + 1] = ToByte(_blurred[i + 1] * contrast + second * noise);
        }
    }

    /// <summary>Moves the control points by two slow waves, so that lines bend and neighboring points stay neighbors.</summary>
    private static SKPath Warp(SKPath face, ref RowRandom random)
    {
        var (amplitude, other) = (random.Between(0, MostWarp), random.Between(0, MostWarp));
        var (frequencyX, frequencyY) = (random.Between(0.02f, 0.06f), random.Between(0.02f, 0.06f));
        var (phaseX, phaseY) = (random.Between(0, 2 * MathF.PI), random.Between(0, 2 * MathF.PI));

        var warped = new SKPath();
        using var segments = face.CreateRawIterator();
        var points = new SKPoint[4];
        while (segments.Next(points) is var verb && verb != SKPathVerb.Done)
        {
            switch (verb)
            {
                case SKPathVerb.Move:
                    warped.MoveTo(Moved(points[0]));
                    break;
                case SKPathVerb.Line:
                    // As a curve, since a straight line should bend as well.
                    warped.CubicTo(Moved(Mix(points[0], points[1], 1 / 3f)), Moved(Mix(points[0], points[1], 2 / 3f)), Moved(points[1]));
                    break;
                case SKPathVerb.Cubic:
                    warped.CubicTo(Moved(points[1]), Moved(points[2]), Moved(points[3]));
                    break;
                case SKPathVerb.Close:
                    warped.Close();
                    break;
            }
        }
        return warped;

        SKPoint Moved(SKPoint p) => new(
            p.X + amplitude * MathF.Sin(p.Y * frequencyX + phaseX),
            p.Y + other * MathF.Sin(p.X * frequencyY + phaseY));
    }

    private static SKPoint Mix(SKPoint a, SKPoint b, float share) => new(a.X + (b.X - a.X) * share, a.Y + (b.Y - a.Y) * share);

    /// <summary>Size, proportions, slant and turn around the middle of the box.</summary>
    private SKMatrix Shape(ref RowRandom random)
    {
        var scaleY = random.Between(LeastHeight, MostHeight) * _size / 140;
        var scaleX = scaleY * random.Between(0.7f, 1.2f);
        var slant = random.Between(-MostSlant, MostSlant) / 2 + MostSlant / 4; // more people lean to the right
        var turn = random.Between(-MostTurn, MostTurn);
        return SKMatrix.CreateTranslation(-50, -70)
            .PostConcat(new SKMatrix(scaleX, -slant * scaleY, 0, 0, scaleY, 0, 0, 0, 1))
            .PostConcat(SKMatrix.CreateRotation(turn));
    }

    /// <summary>Into the image, near its middle, and smaller where it would not fit.</summary>
    private SKMatrix Place(SKRect bounds, float strokeWidth, ref RowRandom random)
    {
        var room = _size * (1 - 2 * LeastMargin) - strokeWidth;
        var scale = Math.Min(1, Math.Min(room / bounds.Width, room / bounds.Height));
        var x = Shift(bounds.Width * scale, random.Between(-MostShift, MostShift));
        var y = Shift(bounds.Height * scale, random.Between(-MostShift, MostShift));
        return SKMatrix.CreateTranslation(-bounds.MidX, -bounds.MidY)
            .PostConcat(SKMatrix.CreateScale(scale, scale))
            .PostConcat(SKMatrix.CreateTranslation(_size / 2f + x, _size / 2f + y));

        float Shift(float length, float share)
        {
            var free = Math.Max(0, (room - length) / 2);
            return Math.Clamp(share * _size, -free, free);
        }
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}

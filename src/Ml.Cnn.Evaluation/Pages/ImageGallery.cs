namespace Ml.Cnn.Evaluation.Pages;

/// <summary>An image of a gallery.</summary>
/// <param name="Address">Of the thumbnail, which holds the whole file; null: the name stands alone.</param>
/// <param name="Name">What it is, for those who cannot see it and those who point at it.</param>
/// <param name="Caption">What stands below.</param>
/// <param name="Link">An anchor of the page that the caption leads to; null: none.</param>
/// <param name="Picture">The address of a picture beside it, such as a heat map; null: none.</param>
internal sealed record GalleryImage(string? Address, string Name, string Caption, string? Link = null, string? Picture = null);

/// <summary>Thumbnails in rows, as many as fit.</summary>
internal static class ImageGallery
{
    public static void Write(HtmlBuilder html, IEnumerable<GalleryImage> images)
    {
        html.Open("ul", ("class", "gallery"));
        foreach (var image in images)
        {
            html.Open("li");
            if (image.Picture is not null)
                html.Open("span", ("class", "pair"));
            if (image.Address is not null)
                Image(html, image.Address, image.Name);
            if (image.Picture is not null)
            {
                Image(html, image.Picture, "What the network looked at in " + image.Name);
                html.Close("span");
            }
            if (image.Address is null)
                html.Text(image.Name).Text(" ");
            if (image.Link is null)
                html.Text(image.Caption);
            else
                html.Element("a", image.Caption, ("href", "#" + image.Link));
            html.Close("li");
        }
        html.Close("ul");
    }

    // A PNG is an image of few pixels (see Thumbnail), which are shown as squares.
    private static void Image(HtmlBuilder html, string address, string name) => html.Open("img",
        ("src", address), ("alt", name), ("title", name), ("class", address.StartsWith("data:image/png", StringComparison.Ordinal) ? "small" : null));
}

using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Evaluation.TrainingReports;

/// <summary>The filters of a network's first convolution.</summary>
internal static class FilterSection
{
    /// <returns>Null for a network without convolutions.</returns>
    public static HtmlBuilder? Write(CnnTransformer model)
    {
        PixelImage picture;
        string name;
        long count;
        using (model.Scorer.Single.Claim.Use())
        {
            if (model.Scorer.Single.Claim.Network.named_parameters().FirstOrDefault(one => one.parameter.dim() == 4) is not { parameter: { } filters } first)
                return null;
            (name, count, picture) = (first.name, filters.size(0), FilterPicture.Draw(filters));
        }
        var html = new HtmlBuilder();
        html.Element("p", "Filters that learned something are smooth: edges, bars and blobs of a color. Noise says that they were trained too shortly, at too "
            + "high a rate, or with too little weight decay; flat gray ones were never used.");
        html.Open("figure").Open("img", ("src", "data:image/png;base64," + Convert.ToBase64String(PngEncoder.Encode(picture))),
            ("alt", $"The filters of {name} as a grid"), ("width", HtmlBuilder.Number(picture.Width)), ("height", HtmlBuilder.Number(picture.Height)),
            ("class", "pixels"));
        return html.Element("figcaption", $"{name}: {count} filters. One scale for all; middle gray is 0.").Close("figure");
    }
}

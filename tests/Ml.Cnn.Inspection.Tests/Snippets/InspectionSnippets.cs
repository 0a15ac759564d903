using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Inspection.Tests.Snippets;

/// <summary>The code that docs/inspection.md quotes, run as it stands there.</summary>
[TestClass]
public sealed class InspectionSnippets
{
    [TestMethod]
    public void Pictures_of_a_saved_network_are_drawn()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            var mlContext = new MLContext(seed: 1);
            using (var drawn = DrawnModel.Of("squeezenet1_1", size: 64))
                mlContext.Model.Save(drawn, mlContext.Data.LoadFromEnumerable(Array.Empty<Row>()).Schema, "model.zip");
            File.WriteAllBytes("photo.png", PlantedImage.Noise(80, 64, seed: 1));
            var network = Pictures(mlContext);
            foreach (var picture in new[] { "kernels.png", "features.png", "map.png" })
                Assert.IsTrue(File.Exists(picture), picture);
            Choices(network);
            Score(network);
            Dream(network);
            Plane(mlContext, network);
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static CnnTransformer Pictures(MLContext mlContext)
    {
        // snippet: inspection
        ITransformer loaded = mlContext.Model.Load("model.zip", out _);
        CnnTransformer network = CnnTransformer.Find(loaded)!; // the pipeline's network

        network.Kernels().SavePng("kernels.png");                   // the filters of the first convolution
        network.FeatureSheet("photo.png").SavePng("features.png");  // what every convolution makes of the photo

        CnnHeatMap map = network.HeatMap("photo.png");              // which parts of the photo speak for the predicted class
        map.SavePng("map.png");
        Console.WriteLine($"{map}; in the middle: {map[map.Height / 2, map.Width / 2]:0.00}");
        // end snippet
        return network;
    }

    private static void Choices(CnnTransformer network)
    {
        // snippet: inspection-options
        CnnHeatMap map = network.HeatMap("photo.png", new CnnHeatMapOptions
        {
            Method = CnnHeatMapMethod.LayerCam,
            Layer = "features.7",  // or a part of the network, such as "layer3": the last layer in it
            ClassName = "class7",  // not the predicted one: what would speak for this class?
            AllViews = false,      // the middle alone, where the model scores several views
        });
        // end snippet
        Assert.AreEqual("class7", map.ClassName);
    }

    private static void Dream(CnnTransformer network)
    {
        // snippet: inspection-dream
        CnnDream dream = network.Dream(new CnnDreamOptions { ClassName = "class3", Steps = 64 });
        dream.SavePng("dream.png");
        Console.WriteLine(dream); // the logit before and after, and the probability
        // end snippet
        Assert.IsGreaterThan(dream.FirstResponse, dream.Response);
    }

    private static void Score(CnnTransformer network)
    {
        // snippet: inspection-score
        CnnHeatMap map = network.HeatMap("photo.png");
        CnnHeatMapScore score = network.ScoreHeatMap(map);
        CnnHeatMapScore random = network.ScoreHeatMap(map.Randomized(seed: 1));
        Console.WriteLine($"{score}; a random map: {random}");
        // end snippet
        Assert.IsTrue(score.Insertion is > 0 and < 1);
    }

    private static void Plane(MLContext mlContext, CnnTransformer network)
    {
        for (var i = 0; i < 4; i++)
        {
            Directory.CreateDirectory($"photos/{i % 2}");
            File.WriteAllBytes($"photos/{i % 2}/{i}.png", PlantedImage.Noise(64, 64, seed: i));
        }
        // snippet: inspection-plane
        IDataView files = mlContext.Data.LoadImageFolder("photos"); // a folder for each class
        IDataView photos = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(files).Transform(files);

        CnnEmbedding plane = network.Embed(photos);
        plane.SavePng("points.png");          // a point for each photo, in its class's color
        plane.SaveImageMapPng("images.png");  // the photos themselves

        CnnNeighbors alike = network.Neighbors(photos, "photo.png", count: 3);
        alike.SavePng("neighbors.png");
        Console.WriteLine($"{plane}; the nearest to photo.png is row {alike.Images[0].Row}");
        // end snippet
        foreach (var picture in new[] { "points.png", "images.png", "neighbors.png" })
            Assert.IsTrue(File.Exists(picture), picture);
        Assert.HasCount(4, plane.Images);
        CollectionAssert.AreEqual((string[])["0", "1"], plane.Labels.ToArray());
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }
}

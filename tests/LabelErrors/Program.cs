using System.Globalization;
using Ml.Cnn.LabelErrors;

// tests/label-errors runs it: JOB DATA SEED [FILE].
var seed = int.Parse(args[2], CultureInfo.InvariantCulture);
switch (args[0])
{
    case "mnist":
        PlantedErrors.OfMnist(args[1], seed);
        break;
    case "photos":
        PlantedErrors.OfPhotos(args[1], seed);
        break;
    case "photos-random":
        PlantedErrors.OfPhotosFromRandomWeights(args[1], seed);
        break;
    case "mnist-test":
        PublishedErrors.Rank(args[1], seed, args.ElementAtOrDefault(3));
        break;
    default:
        throw new ArgumentException($"There is no job '{args[0]}': mnist, photos, photos-random, mnist-test.");
}

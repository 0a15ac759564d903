using MlCnn.Docs;

// Brings up to date what the documents hold of generated content: the C# blocks, the table of networks and the images.
//   dotnet run --project tests/Docs               code and table (a test fails where they are out of date)
//   dotnet run --project tests/Docs -- images   the same, and docs/images, for which it trains a LeNet (half a minute)
var documents = Documents.Find();
foreach (var problem in documents.Update())
    Console.Error.WriteLine(problem);
if (args is ["images"])
    DigitsImage.Write(Path.Join(documents.Repository, "docs", "images", "digits.png"));

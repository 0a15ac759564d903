using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;

// ScoreProgram MODEL COUNT CULTURE
// Loads a model.zip and scores so many drawn digits, as another program than the one that trained would: it knows ML.NET
// and where its data comes from, and neither names nor registers the trainers' library. One line of hexadecimal per row.

CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = new(args[2]);
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture;

var mlContext = new MLContext();
var model = mlContext.Model.Load(args[0], out _);
var digits = mlContext.Data.GenerateDigits(int.Parse(args[1], CultureInfo.InvariantCulture), seed: 2);
foreach (var scores in model.Transform(digits).GetColumn<float[]>("Score"))
    Console.WriteLine(Convert.ToHexString(MemoryMarshal.AsBytes<float>(scores)));

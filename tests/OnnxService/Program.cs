// A service that answers POST /predict, an image file, with the class and its probability. The model is the first argument.
// With libtorch or with ONNX Runtime: tests/onnx-service publishes both and measures them.
using System.Globalization;
using Ml.Cnn.Trainers;

#if ONNX
Ml.Cnn.Onnx.OnnxModel.Register(new() { Device = "cpu" });
#endif
using var predictor = CnnPredictor.Load(args[0]);
var app = WebApplication.CreateSlimBuilder(args[1..]).Build();
app.MapPost("/predict", async context =>
{
    try
    {
        var prediction = await predictor.PredictAsync(context.Request.Body, context.RequestAborted);
        await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{prediction.Label} {prediction.Probability:R}"));
    }
    catch (BadImageException e)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        await context.Response.WriteAsync(e.Message);
    }
});
app.Run();
